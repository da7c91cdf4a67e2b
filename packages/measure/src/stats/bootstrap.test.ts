import { type RandomStream, randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { ratioOfFastest, ratioOfMedians, ratioOfPercentiles } from "./bootstrap.ts";

/**
 * Rounds of a base that takes about 1 and a head that takes `ratio` times as long: every round slows both down by up to
 * a share of `drift`, each block by up to 2 % on top, and single runs have a long tail upwards.
 */
function rounds(random: RandomStream, ratio: number, drift: number, count = 30, runs = 5) {
  const block = (factor: number) =>
    Array.from({ length: runs }, () => factor * (1 + 0.03 * -Math.log(1 - random.uniform())));
  const drifts = Array.from({ length: count }, () => random.between(1, 1 + drift));
  const taken = (scale: number) => drifts.map((drift) => block(scale * drift * random.between(1, 1.02)));
  return { base: taken(1), head: taken(ratio) };
}

describe("ratioOfMedians", () => {
  it("gives the ratio of the medians: 3 to 2 here", () => {
    const { ratio } = ratioOfMedians({ base: [[1, 2, 9]], head: [[3, 3, 100]] }, 0);
    expect(ratio).toBeCloseTo(1.5, 12);
  });

  it("is not moved by rounds in which the machine is slower for both", () => {
    const [base, head] = [1, 3].map((scale) => [1, 1, 2, 2, 2, 7].map((slow) => [scale * slow, scale * slow]));
    const { ratio, interval } = ratioOfMedians({ base: base!, head: head! }, 0);
    expect([ratio, interval!.low, interval!.high].map((value) => Number(value.toFixed(9)))).toEqual([3, 3, 3]);
  });

  it("has no interval for fewer than six rounds", () => {
    const five = Array.from({ length: 5 }, () => [1]);
    expect(ratioOfMedians({ base: five, head: five }, 0).interval).toBeUndefined();
  });

  it("gives the same interval for the same seed, and a similar one for another", () => {
    const blocks = rounds(randomStream(5, 0, 0), 0.8, 0.1);
    const [once, again, other] = [7, 7, 8].map((seed) => ratioOfMedians(blocks, seed).interval!);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(Math.abs(other!.low - once!.low)).toBeLessThan(0.02);
  });

  it.each([
    { drift: 0, least: 0.93 },
    { drift: 0.02, least: 0.93 },
    { drift: 0.3, least: 0.93 },
  ])("holds the true ratio in at least $least of all cases under a shared drift of $drift", ({ drift, least }) => {
    const random = randomStream(6, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 300; trial++) {
      const { low, high } = ratioOfMedians(rounds(random, 0.9, drift), trial, 300).interval!;
      if (low <= 0.9 && 0.9 <= high) held++;
    }
    expect(held / 300).toBeGreaterThanOrEqual(least);
  });
});

describe("ratioOfPercentiles", () => {
  it("gives the ratio of the percentiles, in units of the rounds", () => {
    const [base, head] = [1, 3].map((scale) => [1, 1, 2, 2, 2, 7].map((slow) => [scale * slow, scale * slow]));
    const { ratio, interval } = ratioOfPercentiles({ base: base!, head: head! }, 0.9, 0);
    expect(ratio).toBeCloseTo(3, 12);
    // None of twelve runs is beyond p90 for certain.
    expect(interval).toBeUndefined();
  });

  it("has an interval only where twenty independent runs lie beyond the percentile", () => {
    const blocks = rounds(randomStream(8, 0, 0), 1.3, 0.1, 100, 5);
    expect(ratioOfPercentiles(blocks, 0.99, 0).interval).toBeUndefined();
    const { low, high, confidence } = ratioOfPercentiles(blocks, 0.9, 0).interval!;
    expect(confidence).toBe(0.99);
    expect(low).toBeLessThan(1.3);
    expect(high).toBeGreaterThan(1.3);
    expect(high - low).toBeLessThan(0.1);
  });
});

describe("ratioOfFastest", () => {
  it("gives the ratio of the tenth percentiles: 4 to 2 here", () => {
    const base = Array.from({ length: 10 }, (_, i) => [2 + i]);
    const head = Array.from({ length: 10 }, (_, i) => [4 + 5 * i]);
    expect(ratioOfFastest({ base, head }, 0).ratio).toBe(2);
  });

  it("is not moved where most runs wait for another process, which moves the median by how many of either", () => {
    const random = randomStream(7, 1, 0);
    const runs = (ms: number, held: number) =>
      Array.from({ length: 30 }, () =>
        Array.from({ length: 5 }, () => ms * random.between(1, 1.04) + (random.uniform() < held ? 20 : 0)),
      );
    const blocks = { base: runs(3, 0.4), head: runs(2, 0.6) };
    expect(ratioOfMedians(blocks, 0).ratio).toBeGreaterThan(0.9);
    const { ratio, interval } = ratioOfFastest(blocks, 0);
    expect(ratio).toBeCloseTo(2 / 3, 1);
    expect(interval!.low).toBeLessThan(2 / 3);
    expect(interval!.high).toBeGreaterThan(2 / 3);
    expect(interval!.high - interval!.low).toBeLessThan(0.1);
  });
});
