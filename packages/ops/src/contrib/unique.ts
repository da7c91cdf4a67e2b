import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** The distinct elements of a vector, for each element where it went, and how often each occurs. */
export const microsoftUnique: OpSpec = {
  op: "com.microsoft.Unique",
  infer: ({ type, shape, fresh }) => {
    const count = fresh();
    return [tensorType(dtypeOf(type(0)), [count]), tensorType("int64", [shape(0)?.[0]]), tensorType("int64", [count])];
  },
  discontinuous: true,
};
