import { describe, expect, it } from "vitest";
import { compareOutcomes } from "./compare-outcomes.ts";
import { encodeOutcomes } from "./metrics/encode-outcomes.ts";

/** 100 samples of class 0, the first `right` of them taken for it. */
function outcomes(right: number, samples = "abc") {
  const all = Array.from({ length: 100 }, (_, i) => i);
  const is = (i: number) => i < right;
  const record = {
    kind: "class" as const,
    classes: ["a", "b"],
    labels: Int32Array.from(all, () => 0),
    predictions: Int32Array.from(all, (i) => (is(i) ? 0 : 1)),
    ranks: Int32Array.from(all, (i) => (is(i) ? 0 : 1)),
    losses: Float64Array.from(all, (i) => (is(i) ? 0.1 : 2)),
    confidences: Float32Array.from(all, () => 0.9),
  };
  return encodeOutcomes(record, samples);
}

describe("compareOutcomes", () => {
  it("tests the change on the same samples: 20 lost and none gained", () => {
    const [top1] = compareOutcomes(outcomes(90), outcomes(70), ["accuracy.top1"], 0)!;
    expect(top1).toMatchObject({ name: "accuracy.top1", base: 0.9, head: 0.7, test: "mcnemar" });
    expect(top1!.difference).toBeCloseTo(-0.2, 12);
    expect(top1!.pValue).toBeCloseTo(2 * 0.5 ** 20, 12);
  });

  it("is undefined for other samples", () => {
    expect(compareOutcomes(outcomes(90), outcomes(70, "other"), ["accuracy.top1"], 0)).toBeUndefined();
  });
});
