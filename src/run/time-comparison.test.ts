import { expect, it } from "vitest";
import { timeComparison } from "./time-comparison.ts";

const twice = { ratio: 2, interval: { low: 1.6, high: 2.5, confidence: 0.95 } };

it("is worse in latency where the time doubles", () => {
  expect(timeComparison({ name: "latency.x.p50", better: "lower" }, twice, 0.02)).toEqual({
    ...{ metric: "latency.x.p50", kind: "ratio", value: 2, interval: twice.interval, verdict: "worse" },
  });
});

it("turns the ratio of throughput round, and not the verdict", () => {
  const turned = { low: 0.4, high: 0.625, confidence: 0.95 };
  expect(timeComparison({ name: "throughput.x", better: "higher" }, twice, 0.02)).toEqual({
    ...{ metric: "throughput.x", kind: "ratio", value: 0.5, interval: turned, verdict: "worse" },
  });
  const unsure = { ratio: 1, interval: { low: 0.5, high: 2, confidence: 0.95 } };
  const { verdict, smallestEffect } = timeComparison({ name: "throughput.x", better: "higher" }, unsure, 0.02);
  expect(verdict).toBe("cannot-tell");
  expect(smallestEffect).toBeCloseTo(1 / 2.04, 12);
});
