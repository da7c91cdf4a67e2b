import { type RandomStream, randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { median, medianInterval, percentile, samplesNeeded } from "./quantile.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => count - i);

describe("median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[5], 5],
    [[10, 9, 100], 10],
  ])("of %o is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("of nothing is NaN", () => {
    expect(median([])).toBeNaN();
  });
});

describe("medianInterval", () => {
  it.each([
    // Ranks of the sign test's 95 % interval, as in Conover, "Practical nonparametric statistics", table A3.
    [6, 1, 6],
    [10, 2, 9],
    [20, 6, 15],
    [100, 40, 61],
  ])("of 1 … %d goes from %d to %d", (count, low, high) => {
    expect(medianInterval(upTo(count))).toEqual({ low, high, confidence: 0.95 });
  });

  it("of five values is undefined: the smallest and largest hold the median only 93.75 times in 100", () => {
    expect(medianInterval(upTo(5))).toBeUndefined();
  });

  it("holds the median of a skewed distribution at least 95 times in 100", () => {
    const random = randomStream(2, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const { low, high } = medianInterval(Array.from({ length: 30 }, () => skewed(random)))!;
      if (low <= Math.log(2) && Math.log(2) <= high) held++;
    }
    expect(held).toBeGreaterThan(940);
  });

  it("of block medians holds the median of the values, for odd blocks that differ from each other", () => {
    const random = randomStream(3, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 600; trial++) {
      const blocks = Array.from({ length: 40 }, () => {
        const shift = random.between(-0.5, 0.5);
        return median(Array.from({ length: 5 }, () => shift + random.between(-1, 1)));
      });
      const { low, high } = medianInterval(blocks)!;
      if (low <= 0 && 0 <= high) held++;
    }
    expect(held).toBeGreaterThan(560);
  });
});

/** Exponential with mean 1: its median is ln 2. */
function skewed(random: RandomStream): number {
  return -Math.log(1 - random.uniform());
}

describe("percentile", () => {
  it.each([
    [0.5, 7],
    [0.9, 44],
    [0.95, 90],
    [0.99, 459],
  ])("level %d needs %d values", (level, count) => {
    expect(samplesNeeded(level)).toBe(count);
    expect(percentile(upTo(count - 1), level)).toBeUndefined();
    expect(percentile(upTo(count), level)!.upper).toBe(count);
  });

  it("is the smallest value that enough others do not exceed", () => {
    expect(percentile(upTo(100), 0.95)!.value).toBe(95);
    expect(percentile(upTo(1000), 0.99)!.value).toBe(990);
  });

  it("is not above `upper` 99 times in 100", () => {
    const random = randomStream(4, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 1000; trial++)
      if (
        percentile(
          Array.from({ length: 200 }, () => random.uniform()),
          0.95,
        )!.upper >= 0.95
      )
        held++;
    expect(held).toBeGreaterThan(980);
  });

  it.each([0.9, 0.99])("has an interval that holds p%d 95 times in 100", (level) => {
    const random = randomStream(5, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 600; trial++) {
      const { interval } = percentile(
        Array.from({ length: 600 }, () => random.uniform()),
        level,
      )!;
      if (interval.low <= level && level <= interval.high) held++;
    }
    expect(held).toBeGreaterThanOrEqual(0.94 * 600);
    expect(held).toBeLessThan(0.995 * 600);
  });

  it("has ranks of the binomial distribution: 1 … 1000 at p90", () => {
    // binom.ppf(0.025, 1000, 0.9) = 881, binom.ppf(0.975, 1000, 0.9) = 918: the ranks 881 and 919.
    expect(percentile(upTo(1000), 0.9)!.interval).toEqual({ low: 881, high: 919, confidence: 0.95 });
  });
});
