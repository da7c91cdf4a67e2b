/** Sampling an image at given places, and making those places. */

import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";

/** Input [N,C,H,W] at grid [N,P,Q,2] is [N,C,P,Q]; one more axis for volumes. */
export const gridSample: OpSpec = {
  op: "onnx.GridSample",
  roles: () => ["data", "data"],
  infer: ({ type, shape }) => {
    const data = shape(0);
    const grid = shape(1);
    const rank = data?.length ?? grid?.length;
    if (rank === undefined) return [tensorType(dtypeOf(type(0)), undefined)];
    const places = grid?.slice(1, -1) ?? unknownDims(rank - 2);
    return [tensorType(dtypeOf(type(0)), [data?.[0] ?? grid?.[0], data?.[1], ...places])];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 4;
    const spatial = Array.from({ length: rank - 2 }, (_, i) => [opaque(0, i + 2, i + 2), keeps(1, i + 1, i + 2)]);
    return [keeps(0, 0, 0), keeps(0, 1, 1), keeps(1, 0, 0), ...spatial.flat()];
  },
};

/** Matrices [N,2,3] and a size [N,C,H,W] to a grid [N,H,W,2]; [N,3,4] and [N,C,D,H,W] to [N,D,H,W,3]. */
export const affineGrid: OpSpec = {
  op: "onnx.AffineGrid",
  roles: () => ["data", "param"],
  infer: ({ type, shape, ints }) => {
    const size = ints(1)?.elements;
    const rank = size?.length ?? shape(1)?.[0];
    if (typeof rank !== "number") return [tensorType(dtypeOf(type(0)), undefined)];
    const places = size?.slice(2) ?? unknownDims(rank - 2);
    return [tensorType(dtypeOf(type(0)), [size?.[0] ?? shape(0)?.[0], ...places, rank - 2])];
  },
};
