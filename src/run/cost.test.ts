import type { MeasureSpec } from "@pare/recipe";
import type { Metric } from "@pare/report";
import { expect, it } from "vitest";
import { withCost } from "./cost.ts";

const spec: MeasureSpec = {
  ...{ name: "m", engine: "onnxruntime", device: "cpu", threads: 1, scenario: "online", batch: 1, budget: 1 },
};
const p50: Metric = { name: "latency.m.p50", unit: "ms", better: "lower", value: 3.6, samples: 9 };
const rate: Metric = { name: "throughput.m", unit: "per-second", better: "higher", value: 1000, samples: 9 };
const interval = { low: 500, high: 2000, confidence: 0.95 };

it("is what a million median requests take of an hour's price: 3.6 ms each make one hour", () => {
  const change = { metric: "latency.m.p50", kind: "ratio", value: 0.5, verdict: "better" } as const;
  const { original, comparisons } = withCost(
    { ...spec, pricePerHour: 2 },
    { original: [p50], result: [p50], comparisons: [change] },
  );
  expect(original[1]).toMatchObject({ name: "cost.m", unit: "plain", better: "lower" });
  expect(original[1]!.value).toBeCloseTo(2, 12);
  expect(comparisons[1]).toEqual({ ...change, metric: "cost.m" });
});

it("of throughput turns values, intervals and ratios", () => {
  const change = { metric: "throughput.m", kind: "ratio", value: 2, interval, verdict: "better" } as const;
  const { result, comparisons } = withCost(
    { ...spec, scenario: "batch", batch: 32, pricePerHour: 3.6 },
    { original: [], result: [{ ...rate, interval }], comparisons: [change] },
  );
  expect(result[1]!.value).toBeCloseTo(1, 12);
  expect(result[1]!.interval!.low).toBeCloseTo(0.5, 12);
  expect(comparisons[1]).toMatchObject({ metric: "cost.m", value: 0.5, verdict: "better" });
});

it("is nothing without a price", () => {
  const measured = { original: [p50], result: [p50], comparisons: [] };
  expect(withCost(spec, measured)).toBe(measured);
});
