/** Normalizations of [N, C, …] whose scale and bias have one element a channel. */
import { inputShape, keeps, keepsAll, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { groupNormalizationGradient, instanceNormalizationGradient } from "./normalization-gradients.ts";

/** Each channel of each sample over its own spatial axes: channels stay apart. */
export const instanceNormalization: OpSpec = {
  op: "onnx.InstanceNormalization",
  gradient: instanceNormalizationGradient,
  roles: () => ["data", "weight", "bias"],
  axes: (node, shape) => [...keepsAll(0)(node, shape), keeps(1, 0, 1), keeps(2, 0, 1)],
  infer: sameAs(0),
};

/** Channels share statistics by group: cutting one changes its neighbours. Scale is [C], in opset 18 [groups]. */
export const groupNormalization: OpSpec = {
  op: "onnx.GroupNormalization",
  gradient: groupNormalizationGradient,
  roles: () => ["data", "weight", "bias"],
  axes: (node, shape) => [
    ...(inputShape(node, shape, 0) ?? []).map((_, axis) => (axis === 1 ? opaque(0, 1, 1) : keeps(0, axis, axis))),
    opaque(1, 0, 1),
    opaque(2, 0, 1),
  ],
  infer: sameAs(0),
};
