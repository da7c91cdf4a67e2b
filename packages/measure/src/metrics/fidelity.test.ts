import { describe, expect, it } from "vitest";
import { statisticsOf } from "./catalog.ts";
import { type FidelityOutcomes, snr, worstSample } from "./fidelity.ts";

const outcomes: FidelityOutcomes = {
  kind: "fidelity",
  outputs: [
    { name: "a", signal: Float64Array.of(60, 40), noise: Float64Array.of(0, 1), cosine: Float64Array.of(1, 0.9) },
    { name: "b", signal: Float64Array.of(5, 5), noise: Float64Array.of(1, 0), cosine: Float64Array.of(0.8, 1) },
  ],
  choice: {
    areScores: true,
    positions: Float64Array.of(4, 4),
    agreeing: Float64Array.of(4, 2),
    divergence: Float64Array.of(0, 0.8),
  },
};

const valuesOf = (found: FidelityOutcomes, names: readonly string[]) =>
  statisticsOf(found, names).map(({ statistic }) => statistic.value([1, 1]));

describe("fidelity", () => {
  it("is that of the output that changed most: a 100 ÷ 1 and b 10 ÷ 1, so 10 dB; cosines 0.95 and 0.9", () => {
    expect(valuesOf(outcomes, ["fidelity.snr", "fidelity.cosine"])).toEqual([10, expect.closeTo(0.9, 12)]);
  });

  it("agreement 6 of 8 positions, divergence 0.1 nats a position", () => {
    const [agreement, divergence] = valuesOf(outcomes, ["fidelity.agreement", "fidelity.kl"]);
    expect(agreement).toBe(0.75);
    expect(divergence).toBeCloseTo(0.1, 12);
  });

  it("has no agreement where nothing is chosen", () => {
    expect(valuesOf({ ...outcomes, choice: undefined }, ["fidelity.agreement", "fidelity.snr"])).toEqual([10]);
  });

  it("names the sample with the lowest ratio of any output: b's 5 ÷ 1", () => {
    expect(worstSample(outcomes)).toEqual({ index: 0, snr: expect.closeTo(10 * Math.log10(5), 12) });
  });

  it.each([
    [100, 1, 20],
    [0, 0, 200],
    [1, 0, 200],
    [0, 1, -200],
    [1, Number.NaN, -200],
    [1, Number.POSITIVE_INFINITY, -200],
  ])("signal %d, noise %d: %d dB", (signal, noise, expected) => expect(snr(signal, noise)).toBe(expected));
});
