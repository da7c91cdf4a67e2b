/** Counting multiply-accumulates. */
import type { Dim, ValueType } from "@pare/ir";
import type { Shape } from "./broadcast.ts";
import { shapeOf } from "./value-types.ts";

/** The product of sizes where all of them are numbers: [2, 3, 4] is 24, [2, "n"] is undefined. */
export function countOf(dims: readonly Dim[] | undefined): number | undefined {
  let product = 1;
  for (const dim of dims ?? [undefined]) {
    if (typeof dim !== "number") return undefined;
    product *= dim;
  }
  return product;
}

/** The product of counts; undefined if one of them is. */
export function times(...counts: readonly (number | undefined)[]): number | undefined {
  return countOf(counts);
}

export function sum(...counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce<number | undefined>(
    (total, count) => (total === undefined || count === undefined ? undefined : total + count),
    0,
  );
}

/** Elements of output `i`. */
export function outputCount(outputs: readonly (ValueType | undefined)[], i = 0): number | undefined {
  return countOf(shapeOf(outputs[i]));
}

/** An inferred size as it may stand in a type: a negative number can only come from a broken node and says nothing. */
export function sizeOrUnknown(dim: Dim): Dim {
  return typeof dim === "number" && !(Number.isSafeInteger(dim) && dim >= 0) ? undefined : dim;
}

export function sizesOrUnknown(shape: Shape): Dim[] {
  return shape.map(sizeOrUnknown);
}
