import { attr, floatAttr, type Graph, type Node } from "@pare/ir";
import { constantOfNode, type Inference, type NodeMaker, shapeOf } from "@pare/ops";
import { numbers } from "@pare/tensor";
import { nodeMaker } from "../gradient/node-maker.ts";

/**
 * What becomes of Dropout (Srivastava et al., 2014) that exporters left in a model. `drop`: passes its input on, as in
 * inference, and steps are the same bits every time. `keep`: y = x·mask ÷ (1 − ratio), drawn anew in each step by the
 * runtime's generator, which begins again from the seed when a session is opened.
 */
export type DropoutMode = "drop" | "keep";

/** Rewrites the Dropout nodes of a graph whose sizes are fixed. */
export function rewriteDropout(graph: Graph, inference: Inference, mode: DropoutMode, seed: number): void {
  graph.edit("dropout", (edit) => {
    for (const [index, node] of [...graph.nodes].entries()) {
      const [input] = node.inputs;
      const [output, mask] = node.outputs;
      if (node.op !== "onnx.Dropout" || input === undefined || (mask !== undefined && mask.uses.size > 0)) continue;
      const ratio = ratioOf(node);
      const shape = shapeOf(inference.type(input));
      const kept = mode === "keep" && ratio > 0 && shape?.every((size) => typeof size === "number");
      const make = nodeMaker(edit, "dropout/");
      const by = kept
        ? masked(make, node, { ratio, shape: shape as number[], seed: seed + index })
        : passOn(make, node);
      edit.replaceUses(output!, by);
      edit.remove(node);
    }
  });
}

function passOn(make: NodeMaker, node: Node) {
  return make.op("Identity", [node.inputs[0]]);
}

interface Mask {
  readonly ratio: number;
  readonly shape: readonly number[];
  readonly seed: number;
}

function masked(make: NodeMaker, node: Node, { ratio, shape, seed }: Mask) {
  const drawn = make.op("RandomUniform", [], { shape: attr.ints(shape), seed: attr.float(seed) });
  const stays = make.op("Cast", [make.op("GreaterOrEqual", [drawn, make.scalar(ratio)])], { to: attr.int(1) });
  return make.op("Mul", [node.inputs[0], make.op("Mul", [stays, make.scalar(1 / (1 - ratio))])]);
}

/** From the input or, in old files, the attribute; 0.5 where neither is there. */
function ratioOf(node: Node): number {
  const origin = node.inputs[1]?.origin;
  if (origin?.kind === "constant") return numbers(origin.tensor)[0]!;
  const made = origin?.kind === "output" ? constantOfNode(origin.node) : undefined;
  return made === undefined ? floatAttr(node, "ratio", 0.5) : numbers(made)[0]!;
}
