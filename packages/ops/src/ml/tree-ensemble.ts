/** Forests and boosted trees: samples [N, F] → [N, targets]. A rounding change may take another branch. */
import { intAttr } from "@pare/ir";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { labelsOf, sampleCount } from "./samples.ts";

export const treeEnsemble: OpSpec = {
  op: "ai.onnx.ml.TreeEnsemble",
  infer: (context) => [
    tensorType(dtypeOf(context.type(0)), [sampleCount(context), intAttr(context.node, "n_targets", 1)]),
  ],
  discontinuous: true,
};

export const treeEnsembleRegressor: OpSpec = {
  op: "ai.onnx.ml.TreeEnsembleRegressor",
  infer: (context) => [tensorType("float32", [sampleCount(context), intAttr(context.node, "n_targets", 1)])],
  discontinuous: true,
};

/** Labels [N] and scores [N, classes]. */
export const treeEnsembleClassifier: OpSpec = {
  op: "ai.onnx.ml.TreeEnsembleClassifier",
  infer: (context) => {
    const labels = labelsOf(context.node);
    const samples = sampleCount(context);
    return [tensorType(labels.dtype, [samples]), tensorType("float32", [samples, labels.count || undefined])];
  },
  discontinuous: true,
};
