import { expect, test } from "vitest";
import { worstSamples } from "./worst-samples.ts";

const ids = ["a.jpg", "b.jpg", "c.jpg"];

test("classes: the largest loss first, one without a number before all", () => {
  const outcomes = {
    kind: "class" as const,
    classes: ["cat", "dog"],
    labels: Int32Array.of(0, 1, 0),
    predictions: Int32Array.of(0, 0, -1),
    ranks: Int32Array.of(0, 1, 2),
    losses: Float64Array.of(0.1, 3, Number.NaN),
    confidences: Float32Array.of(0.9, 0.9, 0),
  };
  expect(worstSamples(outcomes, ids, 2)).toEqual([
    { id: "c.jpg", label: "cat", prediction: "none", loss: Number.NaN },
    { id: "b.jpg", label: "dog", prediction: "cat", loss: 3 },
  ]);
});

test("values: by the squared error over all values of a sample", () => {
  const outcomes = {
    kind: "values" as const,
    width: 2,
    targets: Float64Array.of(1, 1, 5, 5),
    predictions: Float64Array.of(1, 2, 2, 5),
  };
  expect(worstSamples(outcomes, ids)).toEqual([
    { id: "b.jpg", label: "5, 5", prediction: "2, 5", loss: 9 },
    { id: "a.jpg", label: "1, 1", prediction: "1, 2", loss: 1 },
  ]);
});
