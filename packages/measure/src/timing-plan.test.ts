import { describe, expect, it } from "vitest";
import { planTiming } from "./timing-plan.ts";

const plan = (budgetMs: number, roundMs: number) => planTiming({ budgetMs, roundMs, seed: 9 });

describe("planTiming", () => {
  it.each([
    // budget, one run of all sessions → blocks, runs in each, of which settling
    [4000, 0.01, 39, 76, 1],
    [4000, 2, 40, 50, 1],
    [4000, 20, 33, 6, 1],
    [4000, 100, 40, 1, 0],
    [4000, 1000, 6, 1, 0],
  ])(
    "%d ms for rounds of %d ms: %d blocks of %d runs, %d settling",
    (budgetMs, roundMs, blocks, runsPerBlock, settlingRuns) => {
      expect(plan(budgetMs, roundMs)).toEqual({ warmupRuns: 0, blocks, runsPerBlock, settlingRuns, seed: 9 });
    },
  );

  it("keeps within the budget as long as six blocks fit, and counts an odd number of runs in each", () => {
    for (let roundMs = 0.05; roundMs < 600; roundMs *= 1.3) {
      const { blocks, runsPerBlock, settlingRuns } = plan(4000, roundMs);
      expect(blocks * runsPerBlock * roundMs).toBeLessThanOrEqual(4000);
      expect((runsPerBlock - settlingRuns) % 2).toBe(1);
      expect(blocks).toBeGreaterThanOrEqual(6);
    }
  });
});
