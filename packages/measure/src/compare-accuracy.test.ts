import { describe, expect, it } from "vitest";
import type { Outcomes } from "./accuracy.ts";
import { compareAccuracy } from "./compare-accuracy.ts";

/** "1101": right, right, wrong, right. */
function outcomes(text: string): Outcomes {
  const correct = Uint8Array.from(text, Number);
  return { correct, predictions: new Int32Array(correct.length), losses: new Float64Array(correct.length) };
}

describe("compareAccuracy", () => {
  it("counts what changed, sample by sample", () => {
    const found = compareAccuracy(outcomes("1111100000"), outcomes("1110011100"));
    expect(found).toMatchObject({ samples: 10, lost: 2, gained: 3, difference: 0.1, pValue: 1 });
    expect(found.interval.low).toBeLessThan(0.1);
    expect(found.interval.high).toBeGreaterThan(0.1);
  });

  it("finds eight losses against no gain unlikely: 2 / 2^8", () => {
    const found = compareAccuracy(outcomes("1".repeat(100)), outcomes("0".repeat(8) + "1".repeat(92)));
    expect(found.pValue).toBeCloseTo(2 / 256, 12);
    expect(found.interval.high).toBeLessThan(0);
  });

  it("refuses outcomes of different numbers of samples", () => {
    expect(() => compareAccuracy(outcomes("11"), outcomes("1"))).toThrow(
      "MEASURE_PAIRS: two accuracies can be compared only on the same samples (expected 2 samples, got 1).",
    );
  });
});
