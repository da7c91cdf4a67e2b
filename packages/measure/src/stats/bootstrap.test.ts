import { type RandomStream, randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { ratioOfMedians } from "./bootstrap.ts";

/**
 * Rounds of a base that takes about 1 and a head that takes `ratio` times as long: every round slows both down by up to
 * 30 %, each block by up to 2 % on top, and single runs have a long tail upwards.
 */
function rounds(random: RandomStream, ratio: number, count = 30, runs = 5) {
  const block = (factor: number) =>
    Array.from({ length: runs }, () => factor * (1 + 0.03 * -Math.log(1 - random.uniform())));
  const drifts = Array.from({ length: count }, () => random.between(1, 1.3));
  const taken = (scale: number) => drifts.map((drift) => block(scale * drift * random.between(1, 1.02)));
  return { base: taken(1), head: taken(ratio) };
}

describe("ratioOfMedians", () => {
  it("gives the ratio, 1.5 to 3 here", () => {
    const { ratio } = ratioOfMedians(
      {
        base: [
          [1, 2],
          [2, 9],
        ],
        head: [
          [3, 3],
          [3, 100],
        ],
      },
      0,
    );
    expect(ratio).toBe(1.5);
  });

  it("has no interval for fewer than six rounds", () => {
    const five = Array.from({ length: 5 }, () => [1]);
    expect(ratioOfMedians({ base: five, head: five }, 0).interval).toBeUndefined();
  });

  it("gives the same interval for the same seed, and a similar one for another", () => {
    const blocks = rounds(randomStream(5, 0, 0), 0.8);
    const [once, again, other] = [7, 7, 8].map((seed) => ratioOfMedians(blocks, seed).interval!);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(Math.abs(other!.low - once!.low)).toBeLessThan(0.02);
  });

  it("holds the true ratio about 95 times in 100 under a drift that both share", () => {
    const random = randomStream(6, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const { low, high } = ratioOfMedians(rounds(random, 0.9), trial, 300).interval!;
      if (low <= 0.9 && 0.9 <= high) held++;
    }
    expect(held).toBeGreaterThanOrEqual(182);
  });
});
