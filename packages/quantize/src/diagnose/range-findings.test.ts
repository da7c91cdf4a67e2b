import type { Statistics } from "@pare/pass";
import { describe, expect, it } from "vitest";
import type { ActivationGrid } from "./grids.ts";
import { rangeFindings } from "./range-findings.ts";

/** Bins of width 1 from −128: values and how often each. */
function statistics(counted: Readonly<Record<number, number>>, nonFinite = 0): Statistics {
  const counts = new Float64Array(256);
  const values = Object.entries(counted).map(([value, count]) => [Number(value), count] as const);
  for (const [value, count] of values) counts[value + 128] = count;
  const [min, max] = [Math.min(...values.map(([value]) => value)), Math.max(...values.map(([value]) => value))];
  const elements = values.reduce((sum, [, count]) => sum + count, nonFinite);
  const ends = { meanMin: min, meanMax: max, movingMin: min, movingMax: max };
  const rest = { samples: 1, mean: 0, rms: 0, channels: undefined, ...ends };
  return { ...rest, elements, nonFinite, min, max, histogram: { width: 1, counts } };
}

/** 0 to 100 in 256 levels. */
const grid: ActivationGrid = { value: "x", low: 0, high: 100, scale: 100 / 255 };
const found = (counted: Readonly<Record<number, number>>, nonFinite = 0, of = grid) =>
  rangeFindings([of], new Map([["x", statistics(counted, nonFinite)]])).map(({ cause }) => cause);

describe("rangeFindings", () => {
  it("has nothing to say of values that fill their grid", () => {
    expect(found({ 0: 500, 20: 300, 60: 190, 99: 10 })).toEqual([]);
  });

  it("names outliers that leave the mass of the values few levels", () => {
    // 99.95 % lie in the bins of 0 to 3, that is 4 of 100: 10.2 levels.
    const [finding] = rangeFindings([grid], new Map([["x", statistics({ 0: 5000, 3: 4995, 99: 5 })]]));
    expect(finding).toMatchObject({ cause: "outlier", subjects: ["x"], cure: { options: { calibrate: "mse" } } });
    expect(finding?.text).toContain("lie on 10 of 256 levels");
  });

  it("names ranges that cut off much", () => {
    expect(found({ 0: 900, 50: 50, 120: 50 })).toEqual(["clipping"]);
    expect(found({ 0: 900, 50: 95, 120: 5 })).toEqual([]);
  });

  it("names what is always the same, and what is no number", () => {
    expect(found({ 0: 10 })).toEqual(["dead"]);
    expect(found({ 0: 10, 50: 10 }, 3)).toEqual(["not-finite"]);
  });
});
