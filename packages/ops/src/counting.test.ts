import { expect, it } from "vitest";
import { countOf, outputCount, sizeOrUnknown, sum, times } from "./counting.ts";
import { tensorType } from "./value-types.ts";

it.each([
  [[2, 3, 4], 24],
  [[], 1],
  [[2, 0], 0],
  [[2, "n"], undefined],
  [[2, undefined], undefined],
  [undefined, undefined],
])("countOf(%j) is %s", (dims, expected) => {
  expect(countOf(dims)).toBe(expected);
});

it("sums and products of unknown counts are unknown", () => {
  expect([sum(), sum(2, 3), sum(2, undefined)]).toEqual([0, 5, undefined]);
  expect([times(), times(2, 3), times(0, undefined)]).toEqual([1, 6, undefined]);
  expect(outputCount([tensorType("float32", [2, 3]), tensorType("float32", ["n"])], 1)).toBeUndefined();
});

it("a negative or broken size says nothing", () => {
  expect([0, 3, "n", -1, 0.5, Number.NaN].map(sizeOrUnknown)).toEqual([0, 3, "n", undefined, undefined, undefined]);
});
