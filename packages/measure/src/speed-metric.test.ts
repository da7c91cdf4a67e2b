import { describe, expect, it } from "vitest";
import { judgeSpeed, noiseFloorOf, type SpeedChange } from "./speed-metric.ts";

const ratio = (low: number, value: number, high: number): SpeedChange => ({
  ...{ kind: "ratio", ratio: value, interval: { low, high, confidence: 0.99 } },
});
const difference = (low: number, value: number, high: number): SpeedChange => ({
  ...{ kind: "difference", difference: value, interval: { low, high, confidence: 0.95 } },
});

describe("judgeSpeed", () => {
  it.each([
    ["p99", ratio(1.03, 1.1, 1.2), 0.01, "worse"],
    ["p99", ratio(1.03, 1.1, 1.2), 0.05, "cannot-tell"],
    ["throughput", ratio(0.8, 0.9, 0.95), 0.01, "better"],
    ["p99", ratio(0.99, 1, 1.01), 0.01, "same"],
    // A floor of 30 % leaves room for a tail that is a quarter longer.
    ["p99", ratio(0.8, 1, 1.25), 0.3, "cannot-tell"],
    ["p99", ratio(0.95, 1, 1.05), 0.3, "cannot-tell"],
    // So wide an interval shows nothing, however loud the machine; a narrow one does, of the median.
    ["p50", ratio(0.8, 1, 1.25), 0.3, "cannot-tell"],
    ["p50", ratio(0.95, 1, 1.05), 0.3, "same"],
    ["drops", difference(-0.002, 0, 0.002), 0.002, "same"],
    ["drops", difference(0.02, 0.03, 0.04), 0.002, "worse"],
    ["drops", difference(0.02, 0.03, 0.04), 0.03, "cannot-tell"],
    ["drops", difference(-0.04, -0.03, -0.02), 0, "better"],
    ["drops", difference(-0.04, 0, 0.04), 0.03, "cannot-tell"],
  ] as const)("%s, %o, with a floor of %d: %s", (key, change, floor, verdict) => {
    expect(judgeSpeed(key, change, floor).verdict).toBe(verdict);
  });

  it("says which effect it could have seen", () => {
    expect(judgeSpeed("p99", ratio(0.8, 1, 1.25), 0.3).smallestEffect).toBeCloseTo(1.625, 12);
    expect(judgeSpeed("drops", difference(-0.04, 0, 0.04), 0.03).smallestEffect).toBeCloseTo(0.07, 12);
  });
});

describe("noiseFloorOf", () => {
  it("is how far the control reaches from no change", () => {
    expect(noiseFloorOf(ratio(0.97, 1, 1.01))).toBeCloseTo(0.03, 12);
    expect(noiseFloorOf(difference(-0.01, 0, 0.02))).toBe(0.02);
  });
});
