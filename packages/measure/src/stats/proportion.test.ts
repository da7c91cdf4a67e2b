import { describe, expect, it } from "vitest";
import { binomialAtMost } from "./beta.ts";
import { proportionInterval } from "./proportion.ts";

describe("proportionInterval", () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998), 857–872, table I: method 3 (Wilson) away from the edges, method 5
    // (Clopper–Pearson exact) near them.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])("%d of %d as published", (successes, trials, low, high) => {
    const found = proportionInterval(successes, trials);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
    expect(found.confidence).toBe(0.95);
  });

  it("takes the exact interval where fewer than 5 succeed or fail", () => {
    expect(proportionInterval(4, 100).high).toBeCloseTo(0.0993, 4);
    expect(proportionInterval(5, 100).high).toBeCloseTo(0.1118, 4);
  });

  it("mirrors: the interval of the failures is that of the successes turned round", () => {
    const [wins, losses] = [proportionInterval(93, 100), proportionInterval(7, 100)];
    expect(wins.low).toBeCloseTo(1 - losses.high, 12);
    expect(wins.high).toBeCloseTo(1 - losses.low, 12);
  });

  it.each([
    [0.5, 100],
    [0.8, 100],
    [0.95, 100],
    [0.99, 100],
    [0.999, 100],
    [0.5, 500],
    [0.95, 500],
  ])(
    "holds the true proportion %d 93 to 98 times in 100 at n = %d, at the edges at least 90, exactly computed",
    (truth, n) => {
      let coverage = 0;
      for (let k = 0; k <= n; k++) {
        const { low, high } = proportionInterval(k, n);
        const chance = binomialAtMost(k, n, truth) - binomialAtMost(k - 1, n, truth);
        if (low <= truth && truth <= high) coverage += chance;
      }
      expect(coverage).toBeGreaterThanOrEqual(truth > 0.95 ? 0.9 : 0.93);
      expect(coverage).toBeLessThanOrEqual(truth > 0.95 ? 1 : 0.98);
    },
  );
});
