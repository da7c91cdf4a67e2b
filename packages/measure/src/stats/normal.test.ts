import { expect, it } from "vitest";
import { normalCdf, normalQuantile, z } from "./normal.ts";

it.each([
  [0, 0.5],
  [1, 0.8413447],
  [-1.959964, 0.025],
  [-4, 3.16712e-5],
])("the chance of at most %d is %d", (x, chance) => expect(normalCdf(x) / chance).toBeCloseTo(1, 5));

it("the quantile undoes it", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(z, 6);
  expect(normalQuantile(0.1)).toBeCloseTo(-1.2815516, 6);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
});
