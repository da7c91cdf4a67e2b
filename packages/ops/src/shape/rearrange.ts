/** Operators whose output has the shape and type of the input, with elements moved or set to zero. */
import { intAttr } from "@pare/ir";
import { inputShape, keeps, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { reverseSequenceGradient, triluGradient } from "./layout-gradients.ts";

/** Keeps a triangle of the last two axes. */
export const trilu: OpSpec = {
  op: "onnx.Trilu",
  gradient: triluGradient,
  roles: () => ["data", "param"],
  infer: sameAs(0),
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? keeps(0, axis, axis) : opaque(0, axis, axis)));
  },
};

/** Turns the first `sequence_lens[b]` steps of every sample round. */
export const reverseSequence: OpSpec = {
  op: "onnx.ReverseSequence",
  gradient: reverseSequenceGradient,
  roles: () => ["data", "param"],
  infer: sameAs(0),
  axes: (node, shape) => {
    const moved = [intAttr(node, "time_axis", 0), intAttr(node, "batch_axis", 1)];
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    return Array.from({ length: rank }, (_, axis) => (moved.includes(axis) ? opaque : keeps)(0, axis, axis));
  },
};
