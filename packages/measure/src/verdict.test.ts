import { describe, expect, it } from "vitest";
import { judgeAccuracy, judgeRatio, judgeSize, marginOf } from "./verdict.ts";

const ratio = (low: number, high: number) => ({ ratio: (low + high) / 2, interval: { low, high, confidence: 0.95 } });

describe("judgeRatio", () => {
  it.each([
    [1.021, 1.04, 0.02, "worse"],
    [1.019, 1.04, 0.02, "cannot-tell"],
    [0.95, 0.979, 0.02, "better"],
    [0.95, 0.985, 0.02, "cannot-tell"],
    [0.99, 1.01, 0.02, "same"],
    [0.97, 1.01, 0.02, "cannot-tell"],
    [1.021, 1.04, 0.05, "same"],
    // The machine is so loud that next to nothing counts; an interval so wide shows nothing.
    [0.446, 2.556, 1.6, "cannot-tell"],
    [0.92, 1.09, 1.6, "same"],
    [2.59, 2.61, 1.6, "cannot-tell"],
    [2.61, 2.7, 1.6, "worse"],
    [0.3, 0.38, 1.6, "better"],
  ])("of %d to %d with a margin of %d: %s", (low, high, margin, verdict) => {
    expect(judgeRatio(ratio(low, high), margin).verdict).toBe(verdict);
  });

  it("says which effect it could have seen where it cannot tell", () => {
    const { smallestEffect } = judgeRatio(ratio(0.9, 1.1), 0.02);
    expect(smallestEffect).toBeCloseTo(1.02 / 0.9, 12);
  });

  it("names the noise floor where that is the margin", () => {
    expect(judgeRatio(ratio(0.99, 1.01), 0.02)).toEqual({ verdict: "same" });
    expect(judgeRatio(ratio(0.99, 1.01), 0.05)).toEqual({ verdict: "same", noiseFloor: 0.05 });
    expect(judgeRatio(ratio(1.1, 1.2), 0.05)).toEqual({ verdict: "worse", noiseFloor: 0.05 });
  });

  it("cannot tell without an interval", () => {
    expect(judgeRatio({ ratio: 3, interval: undefined }, 0.02)).toEqual({ verdict: "cannot-tell" });
  });
});

describe("marginOf", () => {
  it("is two per cent, or the noise floor where that is more", () => {
    expect([0.001, 0.05].map(marginOf)).toEqual([0.02, 0.05]);
  });
});

describe("judgeAccuracy", () => {
  const change = (difference: number, reach: number, pValue: number) => ({
    difference,
    interval: { low: difference - reach, high: difference + reach, confidence: 0.95 },
    pValue,
  });
  it.each([
    [change(-0.01, 0.004, 0.001), "worse"],
    [change(0.01, 0.004, 0.001), "better"],
    [change(-0.01, 0.02, 0.3), "cannot-tell"],
    // Sure, but too small to matter: 0.1 points.
    [change(-0.001, 0.0005, 0.001), "same"],
    [change(0, 0, 1), "same"],
  ])("of %o: %s", (given, verdict) => {
    expect(judgeAccuracy(given).verdict).toBe(verdict);
  });

  it("takes other limits", () => {
    const given = change(-0.01, 0.004, 0.02);
    expect(judgeAccuracy(given, { significance: 0.05 }).verdict).toBe("worse");
    expect(judgeAccuracy(given, { significance: 0.05, drop: 0.02 }).verdict).toBe("same");
  });
});

describe("judgeSize", () => {
  it.each([
    [10_000, 10_010, "same"],
    [10_000, 10_011, "worse"],
    [10_000, 9_980, "better"],
  ])("from %d to %d bytes: %s", (base, head, verdict) => {
    expect(judgeSize(base, head).verdict).toBe(verdict);
  });
});
