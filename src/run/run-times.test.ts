import { expect, test } from "vitest";
import { runTimes } from "./run-times.ts";

test("101 quantiles over all blocks, and each block's median in order", () => {
  const { quantilesMs, blockMediansMs } = runTimes([new Float64Array([3, 1, 2]), new Float64Array([9, 4])]);
  expect(blockMediansMs).toEqual([2, 6.5]);
  expect(quantilesMs).toHaveLength(101);
  expect([0, 25, 50, 75, 100].map((i) => quantilesMs[i])).toEqual([1, 2, 3, 4, 9]);
});
