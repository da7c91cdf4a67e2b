import type { OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType, unknownDims } from "../value-types.ts";

/** Inserts an axis of size 1 where a scalar input says. */
export const expandDims: OpSpec = {
  op: "com.microsoft.ExpandDims",
  roles: () => ["data", "param"],
  infer: ({ type, shape, ints }) => {
    const dims = shape(0);
    if (dims === undefined) return [tensorType(dtypeOf(type(0)), undefined)];
    const stated = ints(1)?.elements[0];
    const axis = typeof stated === "number" ? axisIndex(stated, dims.length + 1) : undefined;
    const expanded = axis === undefined ? unknownDims(dims.length + 1) : dims.toSpliced(axis, 0, 1);
    return [tensorType(dtypeOf(type(0)), expanded)];
  },
};
