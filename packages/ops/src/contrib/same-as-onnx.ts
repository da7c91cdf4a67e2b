/** Operators that ONNX Runtime had before ONNX, under the same names and with the same meaning. */
import { gatherND } from "../indexing/gather.ts";
import { range } from "../shape/fill.ts";
import { pad } from "../shape/pad.ts";
import { trilu } from "../shape/rearrange.ts";
import type { OpSpec } from "../spec.ts";
import { gridSample } from "../vision/grid.ts";

export const sameAsOnnx: readonly OpSpec[] = [gatherND, gridSample, pad, range, trilu].map((spec) => ({
  ...spec,
  op: spec.op.replace("onnx.", "com.microsoft."),
}));
