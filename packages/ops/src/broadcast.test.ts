import { expect, test } from "vitest";
import { broadcastShapes, largest } from "./broadcast.ts";

test("shapes are aligned at their last axes", () => {
  expect(broadcastShapes([[8, 1, 6], [7, 6], []])).toEqual([8, 7, 6]);
  expect(broadcastShapes([])).toEqual([]);
  expect(broadcastShapes([[2], undefined])).toBeUndefined();
});

test("a node of any number of inputs has a shape", () => {
  expect(broadcastShapes(Array.from({ length: 200_000 }, () => [4]))).toEqual([4]);
  expect(largest([])).toBe(0);
});
