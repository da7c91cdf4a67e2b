import { describe, expect, it } from "vitest";
import { planTiming } from "./timing-plan.ts";

describe("planTiming", () => {
  it.each([
    // 16 s of rounds of 20 ms: 800 rounds, so 160 blocks of 5 runs, in eight stages of 20.
    { budgetMs: 16_000, roundMs: 20, blocks: 20, runsPerBlock: 6, settlingRuns: 1, stages: 6 },
    // Too slow for blocks of several runs.
    { budgetMs: 16_000, roundMs: 200, blocks: 20, runsPerBlock: 1, settlingRuns: 0, stages: 4 },
    // Too slow for 20 rounds.
    { budgetMs: 1000, roundMs: 100, blocks: 10, runsPerBlock: 1, settlingRuns: 0, stages: 1 },
    // Too slow for the budget: six rounds all the same.
    { budgetMs: 1000, roundMs: 900, blocks: 6, runsPerBlock: 1, settlingRuns: 0, stages: 1 },
    // So fast that the number of runs is limited: 20 000.
    { budgetMs: 16_000, roundMs: 0.1, blocks: 20, runsPerBlock: 126, settlingRuns: 1, stages: 7 },
  ])("$budgetMs ms of rounds of $roundMs ms: $stages stages of $blocks blocks of $runsPerBlock", (given) => {
    const { budgetMs, roundMs, ...expected } = given;
    expect(planTiming({ budgetMs, roundMs, seed: 3 })).toEqual({ warmupRuns: 0, seed: 3, ...expected });
  });
});
