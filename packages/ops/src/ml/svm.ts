/** Support vector machines: samples [N, F] → scores, float32; a classifier gives labels [N] first. */
import { countOf, times } from "../counting.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { attrLength, labelsOf, sampleCount } from "./samples.ts";

/** Each sample against each support vector; without those, a linear model. */
function macs(context: InferContext): number | undefined {
  const { node } = context;
  const perSample = attrLength(node, "support_vectors") || attrLength(node, "coefficients");
  return times(countOf([sampleCount(context)]), perSample);
}

export const svmRegressor: OpSpec = {
  op: "ai.onnx.ml.SVMRegressor",
  infer: (context) => [tensorType("float32", [sampleCount(context), 1])],
  macs,
};

export const svmClassifier: OpSpec = {
  op: "ai.onnx.ml.SVMClassifier",
  infer: (context) => {
    const labels = labelsOf(context.node);
    const samples = sampleCount(context);
    // One score a class where they are probabilities; else it depends on the runtime (one a pair of classes, …).
    const scores = attrLength(context.node, "prob_a") > 0 ? labels.count : undefined;
    return [tensorType(labels.dtype, [samples]), tensorType("float32", [samples, scores])];
  },
  macs,
  discontinuous: true,
};
