import { classTarget, type Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { type AccuracyOptions, evaluateAccuracy } from "./accuracy.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** Images of one pixel and three channels: with a model that only flattens, the channels are the scores. */
function images(...samples: (readonly [pixels: readonly number[], label: number])[]): Dataset {
  return {
    name: "pixels",
    length: samples.length,
    classes: ["red", "green", "blue"],
    fields: ["image"],
    sample: (index) => ({
      id: `${index}`,
      fields: new Map([["image", tensorOf("uint8", [1, 1, 3], samples[index]![0])]]),
      target: classTarget(samples[index]![1]),
    }),
    digest: async () => "pixels",
  };
}

const flatten = "main (float[N, 3, 1, 1] x) => (float[N, 3] y) { y = Flatten (x) }";

async function evaluate(text: string, dataset: Dataset, options: AccuracyOptions = {}) {
  const session = await engine.open(parseModel(text));
  return evaluateAccuracy(session, dataset, { transform: { scale: 1 }, ...options });
}

/** Right, wrong, right, right, wrong. */
const five = images([[9, 1, 2], 0], [[1, 2, 3], 0], [[0, 5, 1], 1], [[2, 2, 8], 2], [[7, 6, 5], 1]);

describe("evaluateAccuracy", () => {
  it("counts the samples whose highest score is that of their label", async () => {
    const found = await evaluate(flatten, five);
    expect(found).toMatchObject({ samples: 5, correct: 3, top1: 0.6 });
    expect([...found.outcomes.predictions]).toEqual([0, 2, 1, 2, 0]);
    expect([...found.outcomes.correct]).toEqual([1, 0, 1, 1, 0]);
    // Clopper–Pearson for 3 of 5.
    expect(found.interval.low).toBeCloseTo(0.1466, 4);
    expect(found.interval.high).toBeCloseTo(0.9473, 4);
  });

  it("gives the mean cross-entropy of the softmax: ln(1 + e^−1 + e^−2) and that plus 2, on average 1.4076", async () => {
    const found = await evaluate(flatten, images([[7, 6, 5], 0], [[7, 6, 5], 2]));
    const expected = Math.log(1 + Math.exp(-1) + Math.exp(-2));
    expect([...found.outcomes.losses]).toEqual([expect.closeTo(expected, 12), expect.closeTo(expected + 2, 12)]);
    expect(found.loss).toBeCloseTo(1.4076, 4);
  });

  it("takes scores that are probabilities as they are", async () => {
    const tenths = { scores: "probabilities", transform: { scale: 0.1 } } as const;
    const found = await evaluate(flatten, images([[5, 3, 2], 1]), tenths);
    expect(found.loss).toBeCloseTo(-Math.log(0.3), 6);
  });

  it.each([1, 2, 3, 5, 64])("gives the same for a batch of %d, the last one filled up", async (batch) => {
    const [small, whole] = [await evaluate(flatten, five, { batch }), await evaluate(flatten, five)];
    expect(small).toEqual(whole);
  });

  it.each([1, 2, 4])("feeds a model whose batch is fixed to %d as it wants", async (batch) => {
    const fixed = flatten.replaceAll("N", `${batch}`);
    expect(await evaluate(fixed, five, { batch: 3 })).toEqual(await evaluate(flatten, five));
  });

  it("never takes NaN for the best score, and a sample with nothing else is wrong", async () => {
    const roots = "main (float[N, 3, 1, 1] x) => (float[N, 3] y) { s = Sqrt (x) y = Flatten (s) }";
    const below5 = { transform: { scale: 1, mean: [5] } };
    const found = await evaluate(roots, images([[1, 9, 6], 1], [[0, 1, 2], 0]), below5);
    expect([...found.outcomes.predictions]).toEqual([1, -1]);
    expect(found.correct).toBe(1);
    expect(found.loss).toBeNaN();
  });

  it("reads the output that it is told to", async () => {
    const two = "main (float[N, 3, 1, 1] x) => (float[N, 3] y, float[N, 3] z) { y = Flatten (x) z = Neg (y) }";
    const found = await evaluate(two, five, { output: "z" });
    expect([...found.outcomes.predictions]).toEqual([1, 0, 0, 0, 2]);
  });

  it("reports how far it is", async () => {
    const reports: unknown[] = [];
    await evaluate(flatten, five, { batch: 2, progress: { report: (...report) => reports.push(report) } });
    expect(reports).toEqual([2, 4, 5].map((done) => ["evaluating on pixels", done, 5]));
  });

  it.each<[string, string, AccuracyOptions, string]>([
    [
      "scores for other classes",
      "main (float[N, 3, 1, 1] x) => (float[N, 6] y) { f = Flatten (x) y = Concat <axis = 1> (f, f) }",
      {},
      'MEASURE_CLASSES at output "y": the output does not hold one score for each class of the data set (expected [32, 3], got [32, 6]).',
    ],
    [
      "two inputs",
      "main (float[N, 3, 1, 1] x, float[N, 3, 1, 1] z) => (float[N, 3, 1, 1] y) { y = Add (x, z) }",
      {},
      "MEASURE_INPUTS: accuracy needs a model with one input (got x, z).",
    ],
    ["an output that is not there", flatten, { output: "logits" }, 'MEASURE_PORT: the model has no output "logits"'],
    ["an input that is not there", flatten, { input: "image" }, 'MEASURE_PORT: the model has no input "image"'],
    ["an impossible batch", flatten, { batch: 0 }, "MEASURE_BATCH: the batch size is not a positive integer (got 0)."],
  ])("refuses %s", async (_, text, options, message) => {
    await expect(evaluate(text, five, options)).rejects.toThrow(message);
  });

  it("refuses a data set without samples", async () => {
    await expect(evaluate(flatten, images())).rejects.toThrow("MEASURE_EMPTY at pixels");
  });
});
