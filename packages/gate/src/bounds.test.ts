import { expect, test } from "vitest";
import { absolute, type Bounds, combine, extreme, negate, point } from "./bounds.ts";

const between = (low: number, value: number, high: number): Bounds => ({ low, value, high });

test.each([
  ["+", between(1, 2, 3), between(10, 20, 30), between(11, 22, 33)],
  ["-", between(1, 2, 3), between(10, 20, 30), between(-29, -18, -7)],
  ["*", between(-1, 2, 3), between(-5, 1, 4), between(-15, 2, 12)],
  ["/", between(2, 4, 6), between(1, 2, 4), between(0.5, 2, 6)],
  ["/", between(1, 2, 3), between(-1, 2, 4), between(-Infinity, 1, Infinity)],
  ["*", point(0), between(-Infinity, 1, Infinity), between(-Infinity, 0, Infinity)],
] as const)("%s of %o and %o", (op, a, b, result) => expect(combine(op, a, b)).toEqual(result));

test("sign, size and extremes", () => {
  expect(negate(between(-1, 2, 3))).toEqual(between(-3, -2, 1));
  expect(absolute(between(-4, -2, 3))).toEqual(between(0, 2, 4));
  expect(absolute(between(-4, -2, -1))).toEqual(between(1, 2, 4));
  expect(extreme(Math.max, [between(1, 2, 9), between(3, 4, 5)])).toEqual(between(3, 4, 9));
});
