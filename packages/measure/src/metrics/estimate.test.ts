import { describe, expect, it } from "vitest";
import { meanOf, shareOf } from "../stats/statistic.ts";
import { compareStatistics, estimate } from "./estimate.ts";

const share = (...successes: number[]) => shareOf(Uint8Array.from(successes));
const tens = (value: (i: number) => number) => Float64Array.from({ length: 200 }, (_, i) => value(i));

describe("estimate", () => {
  it("a share has the interval of a proportion, at once", () => {
    const [{ value, interval }] = estimate([share(1, 1, 0, 1)], 0) as [ReturnType<typeof estimate>[number]];
    expect(value).toBe(0.75);
    expect(interval?.low).toBeCloseTo(0.1941, 4);
  });

  it("a mean is resampled: about ± 1.96 standard errors, the same for the same seed", () => {
    const normalish = meanOf(tens((i) => ((i * 0.618034) % 1) + ((i * 0.414214) % 1)));
    const [found] = estimate([normalish], 5) as [ReturnType<typeof estimate>[number]];
    const error = Math.sqrt(1 / 6 / 200);
    expect(found.interval!.low).toBeCloseTo(found.value - 1.96 * error, 2);
    expect(found.interval!.high).toBeCloseTo(found.value + 1.96 * error, 2);
    expect(estimate([normalish, share(...new Array(200).fill(1))], 5)[0]).toEqual(found);
    expect(estimate([normalish], 6)[0]).not.toEqual(found);
  });

  it("a skewed mean has the longer arm on the side of the tail", () => {
    const [{ value, interval }] = estimate([meanOf(tens((i) => (i % 20 === 0 ? 10 : 0)))], 1) as [
      ReturnType<typeof estimate>[number],
    ];
    expect(interval!.high - value).toBeGreaterThan(1.15 * (value - interval!.low));
  });

  it("what no sample varies has no width, and too few samples no interval", () => {
    expect(estimate([meanOf(tens(() => 3))], 0)[0]?.interval).toMatchObject({ low: 3, high: 3 });
    expect(estimate([meanOf([1, 2, 3])], 0)[0]).toEqual(expect.objectContaining({ value: 2, interval: undefined }));
  });
});

describe("compareStatistics", () => {
  it("shares: McNemar's exact test, 1 gained and 5 lost of 8: p = 2 · 7/64", () => {
    const [found] = compareStatistics([[share(1, 1, 1, 1, 1, 0, 1, 0), share(0, 0, 0, 0, 0, 1, 1, 0)]], 0);
    expect(found).toMatchObject({ difference: -0.5, test: "mcnemar", pValue: expect.closeTo(14 / 64, 9) });
  });

  it("means: a bootstrap of pairs sees a small shift that the samples' spread would hide", () => {
    const base = tens((i) => (i * 0.618034) % 1);
    const head = base.map((value, i) => value + 0.01 + (i % 2) / 100);
    const [found] = compareStatistics([[meanOf(base), meanOf(head)]], 0);
    expect(found).toMatchObject({ difference: expect.closeTo(0.015, 9), test: "bootstrap" });
    expect(found!.interval!.low).toBeGreaterThan(0.013);
    expect(found!.pValue).toBeLessThan(0.002);
  });

  it("the same outcomes twice do not differ", () => {
    const values = tens((i) => i % 7);
    const [found] = compareStatistics([[meanOf(values), meanOf(values)]], 0);
    expect(found).toMatchObject({ difference: 0, interval: { low: 0, high: 0 }, pValue: 1 });
  });

  it("refuses other numbers of samples", () => {
    expect(() => compareStatistics([[share(1, 0), share(1)]], 0)).toThrow("MEASURE_PAIRS");
  });
});
