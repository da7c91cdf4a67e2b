/**
 * ReduceMean over every axis behind the channels: [N, C, H, W] over 2 and 3 → GlobalAveragePool, flat where axes go.
 * Means that are subtracted again are part of a normalization, and stay.
 */
import { attr, attrsOf, consumersOf, type Edit, intAttr, intsAttr, type Model, type Node, safeInts } from "@pare/ir";
import { axisIndex, dtypeOf, type Inference, shapeOf } from "@pare/ops";

/** Gives the names of the results of the pools that were made. */
export function formPools(model: Model, inference: Inference, may: (node: Node) => boolean): readonly string[] {
  const means = [...model.graph.nodes].filter((node) => may(node) && isPool(node, inference));
  if (means.length === 0) return [];
  return model.graph.edit("quantize/form-pools", (edit) => means.map((node) => rewrite(edit, node)));
}

function isPool(node: Node, inference: Inference): boolean {
  const [data] = node.inputs;
  if (node.op !== "onnx.ReduceMean" || data === undefined || dtypeOf(inference.type(data)) !== "float32") return false;
  const rank = shapeOf(inference.type(data))?.length ?? 0;
  const axes = axesOf(node)?.map((axis) => axisIndex(axis, rank) ?? -1);
  if (rank < 4 || axes === undefined || axes.length !== rank - 2) return false;
  if (consumersOf(node.outputs[0]!).some(({ op }) => op === "onnx.Sub")) return false;
  return axes.every((axis) => axis >= 2) && new Set(axes).size === axes.length;
}

/** An attribute before opset 18, an input since. */
function axesOf(node: Node): readonly number[] | undefined {
  const given = node.inputs[1];
  if (given === undefined) return intsAttr(node, "axes");
  return given.origin.kind === "constant" ? safeInts(given.origin.tensor) : undefined;
}

function rewrite(edit: Edit, node: Node): string {
  const result = node.outputs[0]!;
  const axes = node.inputs[1];
  const keeps = intAttr(node, "keepdims", 1) !== 0;
  const spec = { name: node.name, outputs: [`${result.name}_pool`], before: node };
  const pool = edit.node("onnx.GlobalAveragePool", [node.inputs[0]], spec).outputs[0]!;
  const flatten = () =>
    edit.node("onnx.Flatten", [pool], {
      attrs: attrsOf({ axis: attr.int(1) }),
      name: `${node.name}_flatten`,
      outputs: [`${result.name}_flat`],
      before: node,
    }).outputs[0]!;
  const made = keeps ? pool : flatten();
  edit.replaceUses(result, made);
  edit.remove(node);
  if (axes?.origin.kind === "constant" && axes.uses.size === 0) edit.removeConstant(axes);
  return made.name;
}
