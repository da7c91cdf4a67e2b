import { expect, test } from "vitest";
import { paretoFront } from "./pareto.ts";

const at = (cost: number, quality: number) => ({ cost, quality });

test("what another beats in both is not on the front", () => {
  const front = paretoFront([at(3, 0.9), at(1, 0.7), at(2, 0.65), at(4, 0.9), at(1, 0.6), at(3, 0.95)], "higher");
  expect(front).toEqual([at(1, 0.7), at(3, 0.95)]);
});

test("of a loss, lower is better", () => {
  expect(paretoFront([at(1, 0.5), at(2, 0.6), at(3, 0.1)], "lower")).toEqual([at(1, 0.5), at(3, 0.1)]);
  expect(paretoFront([], "lower")).toEqual([]);
});
