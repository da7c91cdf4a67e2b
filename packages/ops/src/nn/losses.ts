/** Losses over scores [N, C, …] and labels [N, …]: one number, or one a label with `reduction` = "none". */
import { type Node, stringAttr, type ValueType } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { keeps, keepsAll, perOutput } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

function lossType({ node, type, shape }: InferContext): ValueType {
  const scores = shape(0);
  const labels: Shape | undefined = shape(1) ?? (scores && [scores[0], ...scores.slice(2)]);
  return tensorType(dtypeOf(type(0)), reduces(node) ? [] : labels);
}

function reduces(node: Node): boolean {
  return stringAttr(node, "reduction", "mean") !== "none";
}

export const negativeLogLikelihoodLoss: OpSpec = {
  op: "onnx.NegativeLogLikelihoodLoss",
  roles: () => ["data", "data", "param"],
  axes: (node) => (reduces(node) ? [] : [keeps(0, 0, 0), keeps(1, 0, 0)]),
  infer: (context) => [lossType(context)],
};

/** Softmax included; the second output is the logarithm of the probabilities. */
export const softmaxCrossEntropyLoss: OpSpec = {
  op: "onnx.SoftmaxCrossEntropyLoss",
  roles: () => ["data", "data", "param"],
  axes: (node, shape) => [
    ...(reduces(node) ? [] : [keeps(0, 0, 0), keeps(1, 0, 0)]),
    ...(node.outputs.length > 1 ? keepsAll(0, 1)(node, shape) : []),
  ],
  infer: (context) => perOutput(context.node, [lossType(context), context.type(0)]),
};
