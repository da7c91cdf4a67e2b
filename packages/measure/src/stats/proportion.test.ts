import { describe, expect, it } from "vitest";
import { binomialAtMost } from "./beta.ts";
import { proportionInterval } from "./proportion.ts";

describe("proportionInterval", () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998), 857–872, table I, method 5 (Clopper–Pearson exact).
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])("%d of %d as published", (successes, trials, low, high) => {
    const found = proportionInterval(successes, trials);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
    expect(found.confidence).toBe(0.95);
  });

  it("682 of 925: the example of R's binom.test", () => {
    const { low, high } = proportionInterval(682, 925);
    expect(low).toBeCloseTo(0.7076683, 7);
    expect(high).toBeCloseTo(0.7654066, 7);
  });

  it("mirrors: the interval of the failures is that of the successes turned round", () => {
    const [wins, losses] = [proportionInterval(93, 100), proportionInterval(7, 100)];
    expect(wins.low).toBeCloseTo(1 - losses.high, 12);
    expect(wins.high).toBeCloseTo(1 - losses.low, 12);
  });

  it.each([0.5, 0.9, 0.97, 0.999])(
    "holds the true proportion %d at least 95 times in 100, exactly computed",
    (truth) => {
      const trials = 60;
      let coverage = 0;
      for (let k = 0; k <= trials; k++) {
        const { low, high } = proportionInterval(k, trials);
        const chance = binomialAtMost(k, trials, truth) - binomialAtMost(k - 1, trials, truth);
        if (low <= truth && truth <= high) coverage += chance;
      }
      expect(coverage).toBeGreaterThanOrEqual(0.95);
    },
  );
});
