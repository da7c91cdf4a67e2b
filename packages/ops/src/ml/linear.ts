/** Linear models: samples [N, F] → scores, float32; a classifier gives labels [N] first. */
import { intAttr } from "@pare/ir";
import { countOf, times } from "../counting.ts";
import { keeps } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { attrLength, labelsOf, sampleCount } from "./samples.ts";

/** Every coefficient meets one feature of each sample. */
function macs(context: InferContext): number | undefined {
  return times(countOf([sampleCount(context)]), attrLength(context.node, "coefficients"));
}

export const linearRegressor: OpSpec = {
  op: "ai.onnx.ml.LinearRegressor",
  axes: (node, shape) => ((node.inputs[0] && shape(node.inputs[0])?.length) === 2 ? [keeps(0, 0, 0)] : []),
  infer: (context) => [tensorType("float32", [sampleCount(context), intAttr(context.node, "targets", 1)])],
  macs,
};

export const linearClassifier: OpSpec = {
  op: "ai.onnx.ml.LinearClassifier",
  axes: (node, shape) =>
    (node.inputs[0] && shape(node.inputs[0])?.length) === 2 ? [keeps(0, 0, 0), keeps(0, 0, 0, 1)] : [],
  infer: (context) => {
    const { node } = context;
    const labels = labelsOf(node);
    const intercepts = attrLength(node, "intercepts");
    // One row of coefficients for two labels: the other score is its complement.
    const scores = intercepts === 1 && labels.count === 2 ? 2 : intercepts || undefined;
    const samples = sampleCount(context);
    return [tensorType(labels.dtype, [samples]), tensorType("float32", [samples, scores])];
  },
  macs,
  discontinuous: true,
};
