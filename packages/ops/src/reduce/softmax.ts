/**
 * Softmax, LogSoftmax, Hardmax. Up to opset 12 the axes from `axis` (default 1) on are one; from 13 only `axis`
 * (default the last) is normalised.
 */
import { intAttr } from "@pare/ir";
import { inputShape, keeps, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex } from "../value-types.ts";
import { softmaxGradients } from "./softmax-gradients.ts";

export const softmaxes: readonly OpSpec[] = (["Softmax", "LogSoftmax", "Hardmax"] as const).map((type) => ({
  op: `onnx.${type}`,
  infer: sameAs(0),
  // The opset is not at hand: axes that either meaning normalises are opaque.
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    const from = axisIndex(intAttr(node, "axis", 1), rank) ?? 0;
    return Array.from({ length: rank }, (_, axis) => (axis >= from ? opaque(0, axis, axis) : keeps(0, axis, axis)));
  },
  gradient: softmaxGradients[type],
  discontinuous: type === "Hardmax",
}));
