import { describe, expect, it } from "vitest";
import { betaQuantile, binomialAtMost, logGamma, regularisedBeta } from "./beta.ts";

describe("logGamma", () => {
  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [10, Math.log(362_880)],
    [100, 359.1342053695754],
    [1e6, 12815504.569147771],
  ])("of %d", (x, expected) => {
    expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-14 * Math.max(1, Math.abs(expected)) * 10);
  });
});

describe("regularisedBeta", () => {
  it.each([
    // Polynomials by hand: I_x(2, 3) = 6x² − 8x³ + 3x⁴, I_x(1, b) = 1 − (1 − x)^b, I_x(1/2, 1/2) = (2/π) asin √x.
    [0.5, 2, 3, 0.6875],
    [0.25, 2, 3, 0.26171875],
    [0.1, 1, 20, 1 - 0.9 ** 20],
    [0.1, 0.5, 0.5, (2 / Math.PI) * Math.asin(Math.sqrt(0.1))],
    [0.5, 500, 500, 0.5],
    [0.5, 300_000, 300_000, 0.5],
    [0, 2, 3, 0],
    [1, 2, 3, 1],
  ])("I_%d(%d, %d) = %d", (x, a, b, expected) => {
    expect(regularisedBeta(x, a, b)).toBeCloseTo(expected, 9);
  });

  it("is undone by betaQuantile", () => {
    for (const [a, b] of [
      [1, 1],
      [0.5, 3],
      [1900, 101],
    ] as const)
      for (const probability of [0.001, 0.025, 0.5, 0.975])
        expect(regularisedBeta(betaQuantile(probability, a, b), a, b)).toBeCloseTo(probability, 10);
  });
});

describe("binomialAtMost", () => {
  it.each([
    [2, 10, 0.5, 56 / 1024],
    [0, 5, 0.1, 0.59049],
    [4, 5, 0.5, 31 / 32],
    [-1, 5, 0.5, 0],
    [5, 5, 0.5, 1],
    [0, 0, 0.5, 1],
  ])("at most %d of %d at %d", (successes, trials, probability, expected) => {
    expect(binomialAtMost(successes, trials, probability)).toBeCloseTo(expected, 12);
  });
});
