/** One-sided transforms of real signals along the last axis: […, n] ↔ […, n/2 + 1, 2]. */
import { addDims, floorDivDims, mulDims, subDims } from "../dims.ts";
import { keeps, opaque } from "../rules.ts";
import type { AxisLink, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

function axes(rank: number, signal: number): AxisLink[] {
  return Array.from({ length: Math.max(rank, 0) }, (_, i) => (i < signal ? keeps(0, i, i) : opaque(0, i, signal)));
}

export const rfft: OpSpec = {
  op: "com.microsoft.Rfft",
  axes: (node, shape) => {
    const rank = (node.inputs[0] && shape(node.inputs[0])?.length) ?? 0;
    return axes(rank, rank - 1);
  },
  infer: ({ type, shape }) => {
    const dims = shape(0);
    const bins = addDims(floorDivDims(dims?.at(-1), 2), 1);
    return [tensorType(dtypeOf(type(0)), dims && [...dims.slice(0, -1), bins, 2])];
  },
};

export const irfft: OpSpec = {
  op: "com.microsoft.Irfft",
  axes: (node, shape) => {
    const rank = (node.inputs[0] && shape(node.inputs[0])?.length) ?? 0;
    return axes(rank, rank - 2);
  },
  infer: ({ type, shape }) => {
    const dims = shape(0);
    const length = mulDims(subDims(dims?.at(-2), 1), 2);
    return [tensorType(dtypeOf(type(0)), dims && [...dims.slice(0, -2), length])];
  },
};
