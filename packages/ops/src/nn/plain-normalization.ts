/** Normalizations without learned parameters: the type that comes in goes out. */
import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

function plain(op: string): OpSpec {
  return { op, axes: keepsAll(0), infer: sameAs(0) };
}

export const lpNormalization = plain("onnx.LpNormalization");
export const meanVarianceNormalization = plain("onnx.MeanVarianceNormalization");
/** Over neighbouring channels. */
export const lrn = plain("onnx.LRN");
