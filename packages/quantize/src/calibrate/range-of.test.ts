import type { Histogram, Statistics } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { type GridShape, rangeOf } from "./range-of.ts";

const uint8: GridShape = { levels: 256, symmetric: false };
const int8: GridShape = { levels: 255, symmetric: true };

/** Of values in steps of `width`: a bin for each. */
function histogramOf(
  values: Iterable<readonly [value: number, count: number]>,
  width: number,
  bins = 2 ** 14,
): Histogram {
  const counts = new Float64Array(bins);
  for (const [value, count] of values) counts[Math.floor(value / width) + bins / 2]! += count;
  return { width, counts };
}

function statisticsOf(values: readonly (readonly [value: number, count: number])[], width: number): Statistics {
  const all = values.map(([value]) => value);
  const [min, max] = [Math.min(...all), Math.max(...all)];
  const elements = values.reduce((sum, [, count]) => sum + count, 0);
  return {
    ...{ samples: 1, elements, nonFinite: 0, min, max, mean: 0, rms: 0 },
    ...{ meanMin: min / 2, meanMax: max / 2, movingMin: min / 4, movingMax: max / 4 },
    histogram: histogramOf(values, width),
    channels: undefined,
  };
}

/** 0, 1 … 999, once each. */
const ramp = Array.from({ length: 1000 }, (_, i) => [i, 1] as const);

describe("without a histogram", () => {
  const statistics = {
    ...statisticsOf(
      [
        [-2, 1],
        [6, 1],
      ],
      1,
    ),
    histogram: undefined,
  };
  it.each([
    ["minmax", -2, 6],
    ["mean-minmax", -1, 3],
    ["moving-average", -0.5, 1.5],
  ] as const)("%s takes its ends", (calibrate, min, max) => {
    expect(rangeOf(statistics, { calibrate }, uint8)).toEqual({ min, max });
  });

  it("is min-max by default", () => {
    expect(rangeOf(statistics, {}, uint8)).toEqual({ min: -2, max: 6 });
  });
});

describe("percentile", () => {
  it("leaves half of the rest beyond each end: 5 of 1,000 at 99 %", () => {
    const found = rangeOf(statisticsOf(ramp, 1), { calibrate: "percentile", percentile: 99 }, uint8);
    // 0 … 4 lie below 5, 995 … 999 from 995 on.
    expect(found).toEqual({ min: 5, max: 995 });
  });

  it("leaves all of it beyond ±T where tails are symmetric: 10 of 1,000", () => {
    const options = { calibrate: "percentile", percentile: 99, tails: "symmetric" } as const;
    expect(rangeOf(statisticsOf(ramp, 1), options, uint8)).toEqual({ min: 0, max: 990 });
    const mirrored = statisticsOf(
      ramp.map(([value, count]) => [(value % 2 === 0 ? 1 : -1) * (value + 0.5), count]),
      1,
    );
    expect(rangeOf(mirrored, options, int8)).toEqual({ min: -990, max: 990 });
  });

  it("cuts a huge outlier and never widens what was seen", () => {
    const found = rangeOf(
      statisticsOf(
        [
          [0.5, 1e6],
          [4000, 1],
        ],
        0.5,
      ),
      { calibrate: "percentile" },
      uint8,
    );
    expect(found).toEqual({ min: 0.5, max: 1 });
    expect(rangeOf(statisticsOf(ramp, 4), { calibrate: "percentile", percentile: 100 }, uint8)).toEqual({
      min: 0,
      max: 999,
    });
  });
});

describe("entropy", () => {
  it("keeps everything of an even distribution", () => {
    const even = Array.from({ length: 1024 }, (_, i) => [i, 100] as const);
    const found = rangeOf(statisticsOf(even, 1), { calibrate: "entropy" }, int8);
    expect(found).toEqual({ min: 0, max: 1023 });
  });

  it("cuts a thin tail", () => {
    // A bell of width 100 and one value far away, on 1,601 bins.
    const bell = Array.from({ length: 400 }, (_, i) => [i, Math.round(1e6 * Math.exp(-((i / 100) ** 2) / 2))] as const);
    const found = rangeOf(statisticsOf([...bell, [1600, 1]], 1), { calibrate: "entropy" }, int8);
    expect(found.min).toBe(0);
    expect(found.max).toBeGreaterThan(250);
    expect(found.max).toBeLessThan(450);
  });

  it("has nothing to search where the grid is as fine as the bins", () => {
    const found = rangeOf(statisticsOf(ramp, 1), { calibrate: "entropy" }, { levels: 65_536, symmetric: false });
    expect(found).toEqual({ min: 0, max: 999 });
  });
});

describe("mse", () => {
  it("takes the end with the least error: 100 times 1.5 and once 15.5, on three steps", () => {
    // Bins of 1 with their middle at the values; levels −T, 0, T. At T = 15.5 each 1.5 becomes 0: 100 · 1.5² = 225. Else
    // 100·(T − 1.5)² + (15.5 − T)²: 194.85 at 10 % of 15.5, 194.50 at 11 %, 199.0 at 12 %.
    const statistics = statisticsOf(
      [
        [1.5, 100],
        [15.5, 1],
      ],
      1,
    );
    const found = rangeOf(statistics, { calibrate: "mse" }, { levels: 3, symmetric: true });
    expect(found.max).toBeCloseTo(1.705, 9);
  });

  it("searches both ends where the grid is asymmetric", () => {
    // One value at −99.5; ten thousand spread from 0 to 100. 256 levels: cutting the low end halves the step.
    const even = Array.from({ length: 100 }, (_, i) => [i + 0.5, 1000] as const);
    const found = rangeOf(
      statisticsOf([...even, [-99.5, 1]], 1),
      { calibrate: "mse" },
      { levels: 16, symmetric: false },
    );
    expect(found.min).toBeGreaterThan(-40);
    expect(found.max).toBeGreaterThan(90);
  });

  it("keeps everything of an even distribution on a fine grid", () => {
    const found = rangeOf(statisticsOf(ramp, 1), { calibrate: "mse" }, { levels: 65_536, symmetric: false });
    expect(found).toEqual({ min: 0, max: 999 });
  });
});

it.each(["percentile", "entropy", "mse"] as const)("%s of one value is that value, of zeros zero", (calibrate) => {
  expect(rangeOf(statisticsOf([[3, 50]], 1), { calibrate }, uint8)).toEqual({ min: 3, max: 3 });
  expect(rangeOf(statisticsOf([[0, 50]], 1), { calibrate }, int8)).toEqual({ min: 0, max: 0 });
});
