import { describe, expect, it } from "vitest";
import { once } from "../stats/statistic.ts";
import { averagePrecision, rocAuc } from "./ranking.ts";

const of = (scores: readonly number[], positives: readonly number[]) => ({
  scores,
  positives: Uint8Array.from(positives),
});

describe("rocAuc", () => {
  it.each([
    // Pairs of a positive and a negative that are in order ÷ all pairs.
    [[0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 3 / 4],
    [[1, 2, 3], [0, 0, 1], 1],
    [[3, 2, 1], [0, 0, 1], 0],
    [[1, 1, 1, 2], [0, 1, 0, 1], (0.5 + 0.5 + 2) / 4],
    [[Number.NaN, 0], [1, 0], 0],
    [[Number.NaN, Number.NEGATIVE_INFINITY], [1, 0], 0.5],
  ])("%j with positives %j: %d", (scores, positives, expected) => {
    expect(rocAuc(of(scores, positives)).value(once(scores.length))).toBeCloseTo(expected, 12);
  });

  it("counts a sample as often as its weight says", () => {
    const twice = rocAuc(of([1, 2, 3, 4], [0, 1, 0, 1]));
    const written = rocAuc(of([1, 2, 2, 2, 3, 4], [0, 1, 1, 1, 0, 1]));
    expect(twice.value([1, 3, 1, 1])).toBeCloseTo(written.value(once(6)), 12);
    expect(twice.value([1, 0, 1, 0])).toBeNaN();
  });

  it("has an interval around it that a perfect order does not make sure", () => {
    const perfect = rocAuc(of([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])).interval?.();
    expect(perfect?.high).toBe(1);
    expect(perfect?.low).toBeLessThan(0.7);
    expect(rocAuc(of([1, 2], [0, 1])).interval?.()).toBeUndefined();
  });

  it("has the interval of DeLong where there are many of both", () => {
    // Uniform scores, positives moved up by 0.1: area 0.595.
    const scores = Array.from({ length: 4000 }, (_, i) => ((i * 0.6180339887) % 1) + (i % 2) / 10);
    const ranking = of(
      scores,
      scores.map((_, i) => i % 2),
    );
    const area = rocAuc(ranking).value(once(4000));
    const { low, high } = rocAuc(ranking).interval?.() ?? { low: 0, high: 0 };
    expect(area).toBeCloseTo(0.595, 2);
    // Standard error of two uniform samples of 2,000: about √(2 · 1/12 ÷ 2,000) = 0.0091, times 1.96.
    expect((high - low) / 2).toBeCloseTo(0.0176, 3);
  });
});

describe("averagePrecision", () => {
  it.each([
    [[0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], (1 + 2 / 3) / 2],
    [[3, 2, 1], [0, 0, 1], 1 / 3],
    [[1, 1, 1], [0, 1, 1], 2 / 3],
  ])("%j with positives %j: %d", (scores, positives, expected) => {
    expect(averagePrecision(of(scores, positives)).value(once(scores.length))).toBeCloseTo(expected, 12);
  });
});
