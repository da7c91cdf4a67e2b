import { describe, expect, it } from "vitest";
import { once } from "../stats/statistic.ts";
import { statisticsOf } from "./catalog.ts";
import { classOutcomes } from "./class-outcomes.ts";
import { confusionMatrix } from "./confusion.ts";

/** @param rows the label and the probabilities of each sample */
function outcomesOf(classes: readonly string[], ...rows: (readonly [label: number, ...probabilities: number[]])[]) {
  const builder = classOutcomes(rows.length, classes, true);
  for (const [i, [label, ...probabilities]] of rows.entries()) builder.add(i, label, Float64Array.from(probabilities));
  return builder.outcomes;
}

function valuesOf(outcomes: ReturnType<typeof outcomesOf>, ...names: string[]) {
  const weights = once(outcomes.labels.length);
  return Object.fromEntries(
    statisticsOf(outcomes, names).map(({ name, statistic }) => [name, statistic.value(weights)]),
  );
}

/** Labels a a a b b c; predictions a a b b c c. */
const six = outcomesOf(
  ["a", "b", "c"],
  [0, 0.8, 0.1, 0.1],
  [0, 0.6, 0.3, 0.1],
  [0, 0.3, 0.5, 0.2],
  [1, 0.2, 0.7, 0.1],
  [1, 0.1, 0.4, 0.5],
  [2, 0.2, 0.2, 0.6],
);

describe("metrics of a classifier", () => {
  it("counts labels and predictions", () => {
    expect(confusionMatrix(six).map((row) => [...row])).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect([...six.predictions]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...six.ranks]).toEqual([0, 0, 1, 0, 1, 0]);
  });

  it("accuracy: 4 of 6 are right; by class 2/3, 1/2 and 1", () => {
    expect(valuesOf(six, "accuracy.top1", "accuracy.top5", "accuracy.balanced")).toEqual({
      "accuracy.top1": expect.closeTo(4 / 6, 12),
      "accuracy.top5": 1,
      "accuracy.balanced": expect.closeTo((2 / 3 + 1 / 2 + 1) / 3, 12),
    });
  });

  it("precision 1, 1/2, 1/2; recall 2/3, 1/2, 1; F1 4/5, 1/2, 2/3", () => {
    const found = valuesOf(
      six,
      "precision.class",
      "recall.class",
      "f1.class",
      "precision.macro",
      "f1.macro",
      "f1.micro",
    );
    expect(found).toEqual({
      "precision.class.a": 1,
      "precision.class.b": 0.5,
      "precision.class.c": 0.5,
      "recall.class.a": expect.closeTo(2 / 3, 12),
      "recall.class.b": 0.5,
      "recall.class.c": 1,
      "f1.class.a": expect.closeTo(0.8, 12),
      "f1.class.b": 0.5,
      "f1.class.c": expect.closeTo(2 / 3, 12),
      "precision.macro": expect.closeTo(2 / 3, 12),
      "f1.macro": expect.closeTo((0.8 + 0.5 + 2 / 3) / 3, 12),
      "f1.micro": expect.closeTo(4 / 6, 12),
    });
  });

  it("the interval of a class's F1 is that of hits among samples labelled or predicted so", () => {
    const [{ statistic }] = statisticsOf(six, ["f1.class"]) as [ReturnType<typeof statisticsOf>[number]];
    // 2 of 3: Clopper–Pearson 0.0943 to 0.9916, as 2J ÷ (1 + J).
    const { low, high } = statistic.interval?.() ?? { low: 0, high: 0 };
    expect(low).toBeCloseTo((2 * 0.094299) / 1.094299, 5);
    expect(high).toBeCloseTo((2 * 0.991596) / 1.991596, 5);
  });

  it("loss: the mean −log of the label's probability", () => {
    const expected = -[0.8, 0.6, 0.3, 0.7, 0.4, 0.6].reduce((sum, p) => sum + Math.log(p), 0) / 6;
    expect(valuesOf(six, "loss").loss).toBeCloseTo(expected, 12);
  });

  it("calibration: bins of 1/15 of confidence, their gaps weighted by share", () => {
    // Confidences 0.9 (right), 0.9 (wrong), 0.62 (right): one bin 2 · |0.9 − 0.5|, another |0.62 − 1|; ÷ 3.
    const three = outcomesOf(["a", "b"], [0, 0.9, 0.1], [1, 0.9, 0.1], [0, 0.62, 0.38]);
    expect(valuesOf(three, "calibration.error")["calibration.error"]).toBeCloseTo((0.8 + 0.38) / 3, 6);
  });

  it("rank samples of which the model is so sure that a rounded probability would be 1", () => {
    const [sure, surer] = [1e-20, 1e-21];
    const outcomes = outcomesOf(["no", "yes"], [0, sure, 1 - sure], [1, surer, 1 - surer], [0, 1 - sure, sure]);
    expect(valuesOf(outcomes, "auc.roc")).toEqual({ "auc.roc": 1 });
  });

  it("of two classes the second is ranked, of more the mean of each against the rest", () => {
    const two = outcomesOf(["no", "yes"], [0, 0.9, 0.1], [0, 0.6, 0.4], [1, 0.65, 0.35], [1, 0.2, 0.8]);
    expect(valuesOf(two, "auc.roc", "precision.average")).toEqual({
      "auc.roc": 0.75,
      "precision.average": expect.closeTo(5 / 6, 12),
    });
    // a: 9 of 9 pairs but 0.3 > 0.2 for all; b against a, c; c against a, b.
    const ofB = (2 * 4 - 1) / 8;
    expect(valuesOf(six, "auc.roc")["auc.roc"]).toBeCloseTo((1 + ofB + 1) / 3, 12);
  });

  it("a score that is no number is never the best, and a sample with nothing else is wrong", () => {
    const odd = outcomesOf(["a", "b"], [1, Number.NaN, 0.3], [0, Number.NaN, Number.NaN]);
    expect([...odd.predictions]).toEqual([1, -1]);
    expect([...odd.ranks]).toEqual([0, 2]);
    expect(valuesOf(odd, "accuracy.top1")["accuracy.top1"]).toBe(0.5);
  });
});
