import { describe, expect, it } from "vitest";
import { differenceOfDrops, dropsOf } from "./drops.ts";

const rounds = (count: number, missed: (round: number) => number) => ({
  requests: new Array<number>(count).fill(50),
  missed: Array.from({ length: count }, (_, round) => missed(round)),
});

describe("dropsOf", () => {
  it("of none is 0, with what so many requests cannot exclude", () => {
    const { share, interval, requests } = dropsOf(rounds(20, () => 0));
    expect([share, interval.low, requests]).toEqual([0, 0, 1000]);
    // 1 − 0.025^(1 ÷ 1000)
    expect(interval.high).toBeCloseTo(0.00368, 5);
  });

  it("has a wider interval where one stall takes many at a time", () => {
    const single = dropsOf(rounds(20, (round) => (round % 2) * 5)).interval;
    const stalls = dropsOf(rounds(20, (round) => (round % 10 === 9 ? 25 : 0))).interval;
    expect(stalls.high - stalls.low).toBeGreaterThan(2 * (single.high - single.low));
  });
});

describe("differenceOfDrops", () => {
  it("reaches as far as both intervals do", () => {
    const none = dropsOf(rounds(20, () => 0));
    const same = differenceOfDrops(none, none);
    expect(same.interval).toEqual({ low: -none.interval.high, high: none.interval.high, confidence: 0.95 });
    const all = differenceOfDrops(none, dropsOf(rounds(20, () => 50)));
    expect(all.interval!.low).toBeGreaterThan(0.99);
  });
});
