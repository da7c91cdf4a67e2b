/** Normalizations without learned parameters: the type that comes in goes out. */
import type { GradientRule } from "../gradient/rule.ts";
import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import {
  lpNormalizationGradient,
  lrnGradient,
  meanVarianceNormalizationGradient,
} from "./plain-normalization-gradients.ts";

function plain(op: string, gradient: GradientRule): OpSpec {
  return { op, gradient, axes: keepsAll(0), infer: sameAs(0) };
}

export const lpNormalization = plain("onnx.LpNormalization", lpNormalizationGradient);
export const meanVarianceNormalization = plain("onnx.MeanVarianceNormalization", meanVarianceNormalizationGradient);
/** Over neighbouring channels. */
export const lrn = plain("onnx.LRN", lrnGradient);
