import { describe, expect, it } from "vitest";
import { replay } from "./replay.ts";
import { planTurns, stageOf } from "./stage.ts";

describe("planTurns", () => {
  it.each([
    // 25 frames a second for six seconds: turns of three frames, 120 ms.
    { rates: [25, 25, 25], budgetMs: 18_000, rounds: 40, requests: [4, 4, 4] },
    { rates: [25], budgetMs: 2500, rounds: 20, requests: [3] },
    { rates: [1000, 500], budgetMs: 8000, rounds: 40, requests: [100, 50] },
    // A request every two seconds: six rounds all the same.
    { rates: [0.5, 0.5], budgetMs: 1000, rounds: 6, requests: [1, 1] },
    // More than 40,000 requests of a session are not needed.
    { rates: [1e5], budgetMs: 10_000, rounds: 40, requests: [1000] },
  ])("$rates a second in $budgetMs ms: $rounds rounds of $requests", ({ rates, budgetMs, rounds, requests }) => {
    expect(planTurns({ rates, budgetMs })).toEqual({ rounds, requests });
  });
});

describe("stageOf", () => {
  it("finds how long runs took from when they could begin, missed ones left out", () => {
    const arrivalsUs = [Float64Array.of(0, 10_000, 20_000), Float64Array.of(30_000)];
    const latenciesUs = [Float64Array.of(25_000, Number.NaN, 9000), Float64Array.of(4000)];
    const stage = stageOf(arrivalsUs, latenciesUs, []);
    // Runs from 0 to 25, 25 to 29, 30 to 34 ms.
    expect(stage.served.servicesMs.map((round) => [...round])).toEqual([[25, 4], [4]]);
    expect(stage.latenciesMs.map((round) => [...round])).toEqual([[25, 9], [4]]);
    expect(stage.requests).toEqual([3, 1]);
    expect(stage.missed).toEqual([1, 0]);
    // At the rate at which they came the replay misses the same.
    expect(replay({ kind: "streaming" }, stage.served, 100, Uint32Array.of(1, 1))).toEqual({ requests: 4, missed: 1 });
  });
});
