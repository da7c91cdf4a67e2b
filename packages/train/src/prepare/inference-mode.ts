import { attr, type Edit, intAttr, type Model, type Node, type Value, withAttrs } from "@pare/ir";
import { constantOfNode } from "@pare/ops";
import { numbers } from "@pare/tensor";
import { dropUnread } from "./drop-unread.ts";

/**
 * Puts batch-norms and dropouts that were exported in training mode into inference mode, in place. Students are exported so,
 * because their batch-norms would be folded otherwise. A step graph trains both in its own way (`trainBatchNorms`,
 * `rewriteDropout`); what comes out goes by running statistics, since in training mode an answer depends on the rest of its
 * batch.
 * @returns how many nodes were changed, by operator
 */
export function toInferenceMode({ graph }: Model): ReadonlyMap<"BatchNormalization" | "Dropout", number> {
  const counts = new Map<"BatchNormalization" | "Dropout", number>();
  graph.edit("inference mode", (edit) => {
    for (const node of graph.nodes) {
      const { op } = node;
      if (op === "onnx.BatchNormalization" && useRunningStatistics(edit, node)) count("BatchNormalization");
      if (op === "onnx.Dropout" && passOn(edit, node)) count("Dropout");
    }
  });
  return counts;

  function count(type: "BatchNormalization" | "Dropout"): void {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
}

/** Before operator set 14 further outputs said it, then an attribute. */
function useRunningStatistics(edit: Edit, node: Node): boolean {
  const isSaid = intAttr(node, "training_mode", 0) === 1;
  if (!isSaid && node.outputs.length === 1) return false;
  if (node.outputs.slice(1).some(({ uses }) => uses.size > 0)) return false;
  edit.setOutputCount(node, 1);
  if (isSaid) edit.setAttrs(node, withAttrs(node.attrs, { training_mode: attr.int(0) }));
  return true;
}

function passOn(edit: Edit, node: Node): boolean {
  const mode = node.inputs[2];
  if (mode === undefined || !isTrue(mode)) return false;
  edit.setInputs(node, node.inputs.slice(0, 2));
  dropUnread(edit, mode);
  return true;
}

function isTrue({ origin }: Value): boolean {
  if (origin.kind === "constant") return numbers(origin.tensor)[0] === 1;
  const tensor = origin.kind === "output" ? constantOfNode(origin.node) : undefined;
  return tensor !== undefined && numbers(tensor)[0] === 1;
}
