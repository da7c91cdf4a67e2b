import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Determinants of square matrices: [A,B,M,M] to [A,B]. */
export const det: OpSpec = {
  op: "onnx.Det",
  infer: ({ type, shape }) => [tensorType(dtypeOf(type(0)), shape(0)?.slice(0, -2))],
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const kept = Array.from({ length: Math.max(0, rank - 2) }, (_, axis) => keeps(0, axis, axis));
    return rank > 2 ? [...kept, opaque(0, rank - 2, 0), opaque(0, rank - 1, 0)] : kept;
  },
};
