import { randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { summariseRuns } from "./latency-summary.ts";

/** Runs of about 1 ms; every `every`-th one of `slow` ms, or whole stretches of `stretch` such ones. */
function runs(count: number, { every = 40, slow = 3, stretch = 1 } = {}): readonly Float64Array[] {
  const random = randomStream(1, 0, 0);
  return [
    Float64Array.from({ length: count }, (_, i) => {
      const isSlow = Math.floor(i / stretch) % every === 0;
      return (isSlow ? slow : 1) * random.between(0.99, 1.01);
    }),
  ];
}

/** Runs whose level drifts below the slow ones: p90 resembles its neighbours, p99 does not. */
function drifting(count: number, period: number): readonly Float64Array[] {
  const random = randomStream(2, 0, 0);
  return [
    Float64Array.from({ length: count }, (_, i) => {
      const isLoud = Math.floor(i / period) % 8 === 0;
      const isLate = random.uniform() < 0.02;
      return (isLate ? 30 : isLoud ? 2 : 1) * random.between(0.99, 1.01);
    }),
  ];
}

describe("summariseRuns", () => {
  it.each([
    runs(2000),
    runs(2000, { every: 15, stretch: 4 }),
    runs(600, { every: 12, slow: 20, stretch: 3 }),
    ...[100, 200, 300, 500].map((period) => drifting(4000, period)),
  ])("gives percentiles that do not contradict each other (%#)", (...blocks) => {
    const { percentiles, estimates, medianMs, interval } = summariseRuns(blocks, 1);
    expect(estimates.map(({ estimate }) => estimate !== undefined)).toEqual(
      estimates.map((_, i) => i < percentiles.length),
    );
    for (const [i, { value, upper, interval }] of percentiles.entries()) {
      expect(interval.low).toBeLessThanOrEqual(value);
      expect(interval.high).toBeGreaterThanOrEqual(value);
      expect(upper).toBeGreaterThanOrEqual(value);
      const next = percentiles[i + 1];
      if (next === undefined) continue;
      expect(next.interval.low).toBeGreaterThanOrEqual(interval.low);
      expect(next.interval.high).toBeGreaterThanOrEqual(interval.high);
      expect(next.upper).toBeGreaterThanOrEqual(upper);
    }
    for (const { estimate, effectiveRuns, neededRuns } of estimates)
      expect(estimate !== undefined).toBe(effectiveRuns >= neededRuns);
    expect(interval).toEqual(percentiles[0]?.interval ?? interval);
    expect(medianMs).toBeGreaterThanOrEqual(interval!.low);
    expect(medianMs).toBeLessThanOrEqual(interval!.high);
  });

  it("gives none where a lower one is not, and counts no more runs for it", () => {
    const { estimates } = summariseRuns(drifting(4000, 500), 1);
    const [, p90, , p99] = estimates;
    expect(p90!.effectiveRuns).toBeLessThan(p90!.neededRuns);
    expect(p99).toMatchObject({ effectiveRuns: p90!.effectiveRuns, estimate: undefined });
  });
});
