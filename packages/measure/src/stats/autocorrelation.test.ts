import { randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { effectiveCount, effectiveCountAbove } from "./autocorrelation.ts";

/** x[i] = ρ x[i − 1] + noise: worth n (1 − ρ) ÷ (1 + ρ) independent values. */
function autoregressive(count: number, rho: number, seed: number): Float64Array {
  const random = randomStream(seed, 0, 0);
  let last = 0;
  return Float64Array.from({ length: count }, () => {
    last = rho * last + Array.from({ length: 12 }, () => random.uniform()).reduce((a, b) => a + b, -6);
    return last;
  });
}

describe("effectiveCount", () => {
  it.each([
    { rho: 0, expected: 1 },
    { rho: 0.5, expected: 1 / 3 },
    { rho: 0.9, expected: 1 / 19 },
  ])("of a series with a correlation of $rho between neighbours is $expected of it", ({ rho, expected }) => {
    const share = effectiveCount(autoregressive(20_000, rho, 1)) / 20_000;
    expect(share / expected).toBeGreaterThan(0.8);
    expect(share / expected).toBeLessThan(1.2);
  });

  it("is at most the number of values, of which a constant and an alternating series have all", () => {
    expect(effectiveCount([5, 5, 5, 5])).toBe(4);
    expect(effectiveCount([1, 2, 1, 2, 1, 2])).toBe(6);
  });

  it("of what exceeds a limit is small where all of it comes in one burst", () => {
    const burst = Array.from({ length: 1000 }, (_, i) => (i >= 500 && i < 600 ? 2 : 1));
    expect(effectiveCountAbove(burst, 1)).toBeLessThan(20);
  });
});
