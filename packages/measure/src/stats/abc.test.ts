import { seededRandom } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { abcInterval } from "./abc.ts";
import { normalQuantile } from "./normal.ts";
import { resample } from "./resample.ts";
import { ratioOfSums } from "./statistic.ts";

const random = seededRandom(3);
const normal = () => normalQuantile(Math.max(random(), 1e-12));
const skewed = (count: number) => Float64Array.from({ length: count }, () => Math.exp(1.2 * normal()));
const same = (x: number) => x;

describe("abc interval", () => {
  it.each([
    ["a mean", undefined, same],
    ["a root of a mean", undefined, Math.sqrt],
    ["an exponential of a ratio", skewed(900), (ratio: number) => Math.exp(ratio / 2)],
    ["decibels of a ratio", skewed(900), (ratio: number) => -10 * Math.log10(ratio)],
  ] as const)("of %s is that of ten times as many resamples as usual", (_, bottom, then) => {
    const top = skewed(900);
    const [drawn] = resample([ratioOfSums(top, bottom, then)], 1, 20_000);
    const expected = drawn!.interval!;
    const width = expected.high - expected.low;
    const found = abcInterval(top, bottom, then)!;
    expect(Math.abs(found.low - expected.low)).toBeLessThan(0.03 * width);
    expect(Math.abs(found.high - expected.high)).toBeLessThan(0.03 * width);
  });

  it("of one value that all samples have is that value; there is none of what is no number", () => {
    expect(abcInterval([2, 2, 2], undefined, same)).toMatchObject({ low: 2, high: 2 });
    expect(abcInterval([1, Number.NaN], undefined, same)).toBeUndefined();
    expect(abcInterval([1, 2], [0, 0], same)).toBeUndefined();
  });
});
