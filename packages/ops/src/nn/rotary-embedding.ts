import { keeps, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

/** Turns pairs of elements of each head by their position's angle: pairs must stay together. */
export const rotaryEmbedding: OpSpec = {
  op: "onnx.RotaryEmbedding",
  roles: () => ["data", "param", "param", "param"],
  axes: (node, shape) => {
    const rank = node.inputs[0] && shape(node.inputs[0])?.length;
    return Array.from({ length: rank ?? 0 }, (_, axis) =>
      axis === (rank ?? 0) - 1 ? opaque(0, axis, axis) : keeps(0, axis, axis),
    );
  },
  infer: sameAs(0),
};
