/** Numeric preprocessing of samples: shapes stay. */
import type { OpName } from "@pare/ir";
import { keepsAll, sameAs, shapedAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

function toFloat(op: OpName): OpSpec {
  return { op, axes: keepsAll(0), infer: shapedAs(0, "float32") };
}

/** (x − offset)·scale. */
export const scaler = toFloat("ai.onnx.ml.Scaler");
/** Each sample by its largest, summed or Euclidean size. */
export const normalizer = toFloat("ai.onnx.ml.Normalizer");
/** Puts a value in place of missing ones. */
export const imputer: OpSpec = { op: "ai.onnx.ml.Imputer", axes: keepsAll(0), infer: sameAs(0) };
/** 1 above the threshold, else 0. */
export const binarizer: OpSpec = {
  op: "ai.onnx.ml.Binarizer",
  axes: keepsAll(0),
  infer: sameAs(0),
  discontinuous: true,
};
