import type { OpName } from "@pare/ir";
import { specsA } from "./catalog-a.ts";
import { specsB } from "./catalog-b.ts";
import type { OpSpec } from "./spec.ts";

/** Every operator that we know: THE list. */
export const specs: readonly OpSpec[] = [...specsA, ...specsB];

const byOp = new Map(specs.map((spec) => [spec.op, spec]));

export function specOf(op: OpName): OpSpec | undefined {
  return byOp.get(op);
}
