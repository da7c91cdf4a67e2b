import { describe, expect, it } from "vitest";
import type { ClassOutcomes } from "../metrics/class-outcomes.ts";
import { dropOf, isJudgedByNoise } from "./drop.ts";
import type { Evaluation } from "./evaluate.ts";

/** Of samples with label 0: what was predicted of each. */
function evaluationOf(predictions: readonly number[], metrics: readonly string[]): Evaluation {
  const samples = predictions.length;
  const labels: ClassOutcomes = {
    kind: "class",
    classes: ["a", "b"],
    labels: new Int32Array(samples),
    predictions: Int32Array.from(predictions),
    ranks: Int32Array.from(predictions),
    losses: Float64Array.from(predictions, (prediction) => 1 + prediction),
    confidences: new Float32Array(samples).fill(1),
  };
  const ids = predictions.map((_, i) => `${i}`);
  return {
    samples,
    ids,
    samplesSha256: "",
    labels,
    fidelity: undefined,
    user: [],
    metrics,
    activation: undefined,
    unsound: [],
  };
}

const right = new Array<number>(100).fill(0);
const changed = (...wrong: readonly number[]) => right.map((_, i) => (wrong.includes(i) ? 1 : 0));

it("bounds a share's drop by the score test, with the samples that both models have", () => {
  const metrics = ["accuracy.top1"];
  const drop = dropOf(evaluationOf(changed(1, 2), metrics), evaluationOf(changed(2, 3, 4), metrics), { seed: 0 });
  expect(drop).toMatchObject({ metric: "accuracy.top1", samples: 100, reference: 0.98, value: 0.97 });
  expect(drop.drop).toBeCloseTo(0.01, 12);
  // One gained, two lost: 1 point, and 1.28 standard errors of √3 samples are 2.2 more.
  expect(drop.dropUpper).toBeGreaterThan(0.02);
  expect(drop.dropUpper).toBeLessThan(0.04);
});

it("is not sure of a drop of none: z² ÷ (n + z²) may be lost, z = 1.2816", () => {
  const metrics = ["accuracy.top1"];
  const drop = dropOf(evaluationOf(right, metrics), evaluationOf(right, metrics), { seed: 0 });
  expect([drop.drop, drop.dropUpper]).toEqual([0, expect.closeTo(1.6424 / 101.6424, 5)]);
});

describe("without labels", () => {
  /** Of four samples with energy 100 each: noise of the two outputs, and whether the first holds scores. */
  function fidelityOf(a: readonly number[], b: readonly number[], areScores: boolean): Evaluation {
    const signal = new Float64Array(4).fill(100);
    const output = (name: string, noise: readonly number[]) => {
      return { name, signal, noise: Float64Array.from(noise), cosine: new Float64Array(4).fill(1) };
    };
    const one = new Float64Array(4).fill(1);
    const choice = { areScores, positions: one, agreeing: Float64Array.of(1, 1, 1, 0), divergence: one };
    return {
      ...evaluationOf([0, 0, 0, 0], ["fidelity.agreement", "fidelity.snr"]),
      labels: undefined,
      fidelity: { kind: "fidelity", outputs: [output("a", a), output("b", b)], choice },
    };
  }
  const original = { ...fidelityOf([], [], false), fidelity: undefined };

  it("agreement judges scores of classes alone, or where it was asked for", () => {
    const [scores, map] = [fidelityOf([1, 1, 1, 1], [0, 0, 0, 0], true), fidelityOf([1, 1, 1, 1], [0, 0, 0, 0], false)];
    const agreed = { metric: "fidelity.agreement", reference: 1, value: 0.75, drop: 0.25, agreement: 0.75 };
    expect(dropOf(original, scores, { seed: 0 })).toMatchObject(agreed);
    expect(dropOf(original, map, { seed: 0, areScores: true })).toMatchObject(agreed);
    expect(dropOf(original, map, { seed: 0 })).toMatchObject({ metric: "noise", drop: 0.01, agreement: undefined });
    expect([scores, map].map((each) => isJudgedByNoise(original, each, { seed: 0 }))).toEqual([false, true]);
  });

  it("noise is that of the output with most, beyond the original's own: a 4 − 3 %, b 2 − 0 %", () => {
    const noisy = fidelityOf([4, 4, 4, 4], [1, 1, 1, 5], false);
    const ownNoise = new Map([["a", 0.03]]);
    const { drop, value, reference, dropUpper, snrDb } = dropOf(original, noisy, { seed: 0, ownNoise });
    expect([drop, value, reference].map((x) => x.toFixed(6))).toEqual(["0.020000", "0.040000", "0.020000"]);
    expect(snrDb).toBeCloseTo(10 * Math.log10(25), 9);
    // Drawn again, the last sample comes up twice in some: (1 + 1 + 5 + 5) ÷ 400, and more than that in 1 of 20.
    expect(dropUpper).toBeCloseTo(0.03, 6);
    expect(dropOf(original, noisy, { seed: 0 }).drop).toBeCloseTo(0.04, 9);
  });
});

it("takes a gain for a negative drop, and a loss that rises for a drop", () => {
  const accuracy = ["accuracy.top1"];
  const gain = dropOf(evaluationOf(changed(1, 2, 3), accuracy), evaluationOf(right, accuracy), { seed: 0 });
  expect(gain.drop).toBeCloseTo(-0.03, 12);
  expect(gain.dropUpper).toBeLessThan(0);
  const worse = dropOf(evaluationOf(right, ["loss"]), evaluationOf(changed(1, 2, 3, 4), ["loss"]), { seed: 0 });
  expect(worse).toMatchObject({ metric: "loss", reference: 1, value: 1.04 });
  expect(worse.drop).toBeCloseTo(0.04, 12);
  // Four of a hundred, drawn again: 90 % of the means lie below 0.07.
  expect(worse.dropUpper).toBeGreaterThan(0.05);
  expect(worse.dropUpper).toBeLessThan(0.08);
});
