import { classTarget, type Dataset, type Target } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { defineMetric } from "../metrics/user-metric.ts";
import { type EvaluateOptions, evaluateModels } from "./evaluate.ts";
import { type DatasetFeedOptions, datasetFeeds } from "./feeds.ts";
import { randomFeeds } from "./random-feeds.ts";
import { compareEvaluations, metricsOf } from "./results.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** Rows of three numbers: with a model that passes them on they are the scores. */
function rows(...samples: (readonly [values: readonly number[], target: Target | undefined])[]): Dataset {
  return {
    name: "rows",
    length: samples.length,
    classes: ["red", "green", "blue"],
    fields: ["x"],
    sample: (i) => ({
      id: `row ${i}`,
      fields: new Map([["x", tensorOf("float32", [3], samples[i]![0])]]),
      target: samples[i]![1],
    }),
    digest: async () => "rows",
  };
}

const classified = (...samples: (readonly [readonly number[], number])[]) =>
  rows(...samples.map(([values, label]) => [values, classTarget(label)] as const));

const pass = "main (float[N, 3] x) => (float[N, 3] y) { y = Identity (x) }";
const turned = "main (float[N, 3] x) => (float[N, 3] y) { y = Neg (x) }";

/** Right, wrong, right, right, wrong. */
const five = classified([[9, 1, 2], 0], [[1, 2, 3], 0], [[0, 5, 1], 1], [[2, 2, 8], 2], [[7, 6, 5], 1]);

type Options = EvaluateOptions & DatasetFeedOptions;

async function evaluate(models: readonly string[], dataset: Dataset, options: Options = {}) {
  const sessions = await Promise.all(models.map((text) => engine.open(parseModel(text))));
  return await evaluateModels(sessions, datasetFeeds(dataset, options), options);
}

async function values(models: readonly string[], dataset: Dataset, options: Options = {}) {
  const found = await evaluate(models, dataset, options);
  return Object.fromEntries(metricsOf(found.at(-1)!, 0).map(({ name, value }) => [name, value]));
}

describe("a classifier", () => {
  it("has by default the accuracy and loss of the softmax of its scores", async () => {
    expect(await values([pass], five)).toMatchObject({ "accuracy.top1": 0.6, loss: expect.any(Number) });
    // ln(1 + e^−1 + e^−2), and that plus 2.
    const expected = Math.log(1 + Math.exp(-1) + Math.exp(-2)) + 1;
    expect((await values([pass], classified([[7, 6, 5], 0], [[7, 6, 5], 2]))).loss).toBeCloseTo(expected, 6);
  });

  it("takes scores that are probabilities as they are", async () => {
    const half = classified([[0.5, 0.25, 0.25], 1], [[0.5, 0.25, 0.25], 2]);
    expect((await values([pass], half)).loss).toBeCloseTo(Math.log(4), 6);
    const softmax = await values([pass], half, { activation: "softmax" });
    expect(softmax.loss).toBeCloseTo(Math.log(2 + Math.exp(0.25)), 6);
  });

  it.each([1, 2, 3, 5, 64])("has the same for a batch of %d, the last one filled up", async (batch) => {
    const [one, other] = [await evaluate([pass], five, { batch }), await evaluate([pass], five)];
    expect(one[0]?.labels).toEqual(other[0]?.labels);
  });

  it.each([1, 2, 4])("that is fixed to a batch of %d is fed as it wants", async (batch) => {
    const [one] = await evaluate([pass.replaceAll("N", `${batch}`)], five, { batch: 3 });
    expect(one?.labels).toEqual((await evaluate([pass], five))[0]?.labels);
  });

  it("of two classes may give one score", async () => {
    const first =
      "main (float[N, 3] x) => (float[N, 1] y) { z = Constant <value_ints = [0]> () y = Gather <axis = 1> (x, z) }";
    const two = { ...classified([[2, 0, 0], 1], [[-1, 0, 0], 1]), classes: ["no", "yes"] };
    const found = await values([first], two);
    expect(found["accuracy.top1"]).toBe(0.5);
    expect(found.loss).toBeCloseTo((Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.E)) / 2, 6);
  });

  it("is read at the output that is named", async () => {
    const two = "main (float[N, 3] x) => (float[N, 3] y, float[N, 3] z) { y = Identity (x) z = Neg (x) }";
    expect((await values([two], five, { output: "z" }))["accuracy.top1"]).toBe(0.2);
  });
});

it("a regression is compared value by value", async () => {
  const target = (...wanted: number[]): Target => ({ kind: "values", values: Float64Array.from(wanted) });
  const dataset = rows([[1, 2, 3], target(1, 2, 4)], [[0, 0, 0], target(1, 0, 1)]);
  expect(await values([pass], dataset)).toMatchObject({ mae: 0.5, rmse: Math.sqrt(0.5) });
});

it("a language model is asked for the next token at each position that counts", async () => {
  const spread =
    "main (float[N, 3] x) => (float[N, 2, 3] y) { a = Constant <value_ints = [1]> () e = Unsqueeze (x, a) y = Concat <axis = 1> (e, e) }";
  const target: Target = { kind: "tokens", ids: Int32Array.of(2, -1), characters: 2 };
  const dataset = rows([[0, 0, 0], target], [[0, 0, 0], { kind: "tokens", ids: Int32Array.of(0, 1), characters: 4 }]);
  const found = await values([spread], dataset, { metrics: ["perplexity", "bpc"] });
  expect(found.perplexity).toBeCloseTo(3, 6);
  // Three tokens of log2 3 bits for six characters.
  expect(found.bpc).toBeCloseTo(Math.log2(3) / 2, 6);
});

describe("two models", () => {
  it("are compared on the same samples: 3 lost, 1 gained", async () => {
    const [base, head] = await evaluate([pass, turned], five, { metrics: ["accuracy.top1"] });
    const [change] = compareEvaluations(base!, head!, 0);
    expect(change).toMatchObject({ metric: "accuracy.top1", kind: "difference", value: expect.closeTo(-0.4, 12) });
    expect(change?.pValue).toBeCloseTo(10 / 16, 9);
  });

  it("need no labels: agreement, cosine and noise", async () => {
    const unlabelled = rows([[1, 2, 3], undefined], [[3, 1, 0], undefined]);
    const shifted =
      "main (float[N, 3] x) => (float[N, 3] y) { c = Constant <value_floats = [0.0, 0.0, -2.0]> () y = Add (x, c) }";
    const found = await values([pass, shifted], unlabelled);
    // 1 2 3 becomes 1 2 1, 3 1 0 becomes 3 1 −2; signal 14 + 10, noise 4 + 4.
    expect(found["fidelity.agreement"]).toBe(0.5);
    expect(found["fidelity.snr"]).toBeCloseTo(10 * Math.log10(3), 6);
    expect(found["fidelity.cosine"]).toBeCloseTo((8 / Math.sqrt(14 * 6) + 10 / Math.sqrt(10 * 14)) / 2, 6);
    const [original] = await evaluate([pass, shifted], unlabelled);
    expect(original?.fidelity).toBeUndefined();
  });

  it("may find different numbers of things: what one lacks counts as zero", async () => {
    const found = (limit: number) => `main (float[1, 3] x) => (float[k] y) {
      limit = Constant <value_floats = [${limit}.0]> () above = Greater (x, limit) flat = Constant <value_ints = [-1]> ()
      row = Reshape (x, flat) mask = Reshape (above, flat) y = Compress <axis = 0> (row, mask) }`;
    const data = rows([[3, 1, 4], undefined], [[0, 0, 0], undefined], [[2, 0, 0], undefined]);
    const [, changed] = await evaluate([found(0), found(1)], data);
    // [3, 1, 4] and [3, 4]; nothing and nothing; [2] and [2].
    expect([...changed!.fidelity!.outputs[0]!.signal]).toEqual([26, 0, 4]);
    expect([...changed!.fidelity!.outputs[0]!.noise]).toEqual([25, 0, 0]);
  });

  it("may give what has no row for each sample: it belongs to all of a run", async () => {
    const sum = "main (float[N, 3] x) => (float[] y) { y = ReduceSum <keepdims = 0> (x) }";
    const negated = "main (float[N, 3] x) => (float[] y) { s = ReduceSum <keepdims = 0> (x) y = Neg (s) }";
    const data = rows([[1, 2, 3], undefined], [[1, 1, 1], undefined], [[0, 0, 3], undefined]);
    const [, changed] = await evaluate([sum, negated], data, { batch: 2 });
    expect([...changed!.fidelity!.outputs[0]!.signal]).toEqual([40.5, 40.5, expect.any(Number)]);
    expect([...changed!.fidelity!.outputs[0]!.noise].slice(0, 2)).toEqual([162, 162]);
  });

  it("of other samples are not compared", async () => {
    const [base] = await evaluate([pass], five);
    const [head] = await evaluate([pass], { ...five, digest: async () => "others" });
    expect(() => compareEvaluations(base!, head!, 0)).toThrow("MEASURE_PAIRS");
  });

  it("run on random inputs of their shapes where there is no data", async () => {
    const sessions = await Promise.all([pass, turned].map((text) => engine.open(parseModel(text))));
    const [, head] = await evaluateModels(sessions, randomFeeds(parseModel(pass), { samples: 7, seed: 3 }));
    const found = metricsOf(head!, 0);
    expect(found.find(({ name }) => name === "fidelity.cosine")).toMatchObject({ value: -1, samples: 7 });
  });
});

it("a state that has its batch elsewhere is fed whole, a scalar as it is", async () => {
  const model = `main (float[N, 3] x, float[2, N, 3] state, int64 rate) => (float[N, 3] y) <int64[1] axis = {0}, int64[2] shape = {-1, 3}> {
    sum = ReduceSum (state, axis)
    flat = Reshape (sum, shape)
    scaled = Cast <to = 1> (rate)
    moved = Mul (flat, scaled)
    y = Add (x, moved)
  }`;
  const dataset: Dataset = {
    ...five,
    fields: ["x", "state", "rate"],
    sample: async (i) => {
      const { fields, ...sample } = await five.sample(i);
      const state = tensorOf("float32", [2, 1, 3], [0, 0, 4 * i, 0, 0, 4 * i]);
      return { ...sample, fields: new Map([...fields, ["state", state], ["rate", tensorOf("int64", [], [2])]]) };
    },
  };
  // Right, then always the third class.
  expect(await values([model], dataset)).toMatchObject({ "accuracy.top1": 0.4 });
});

describe("a metric of the user's own", () => {
  it("sees every sample once, with the original's outputs beside", async () => {
    const seen: unknown[] = [];
    const metric = defineMetric({
      name: "own.first",
      better: "higher",
      needsOriginal: true,
      outcome({ id, outputs, original, target }) {
        seen.push([id, outputs.y?.shape, target?.kind]);
        return outputs.y!.data[0]! + original!.y!.data[0]!;
      },
    });
    const found = await values([pass, pass], five, { metrics: [], userMetrics: [metric], batch: 2 });
    expect(found).toEqual({ "own.first": (2 * (9 + 1 + 0 + 2 + 7)) / 5 });
    expect(seen.slice(0, 2)).toEqual([
      ["row 0", [3], "class"],
      ["row 1", [3], "class"],
    ]);
    await expect(evaluate([pass], five, { userMetrics: [metric] })).rejects.toThrow("MEASURE_ORIGINAL at own.first");
  });

  it("may make anything of a sample and one number of all", async () => {
    const metric = defineMetric({
      name: "own.most",
      better: "higher",
      outcome: ({ outputs }) => ({ most: Math.max(...outputs.y!.data) }),
      value: (outcomes: readonly { most: number }[]) => Math.max(...outcomes.map(({ most }) => most)),
    });
    expect(await values([pass], five, { metrics: [], userMetrics: [metric] })).toEqual({ "own.most": 9 });
  });

  it.each([
    ["a promise", Promise.resolve(1), "got a promise"],
    ["a text", "1", 'got string "1"'],
  ] as const)("whose value is %s is refused", async (_, value, message) => {
    const metric = defineMetric({
      name: "own.odd",
      better: "higher",
      outcome: () => 1,
      value: () => value as unknown as number,
    });
    const run = values([pass], five, { metrics: [], userMetrics: [metric] });
    await expect(run).rejects.toThrow("MEASURE_USER at own.odd: the metric's value is no number");
    await expect(run).rejects.toThrow(message);
  });

  it("that fails is named with the sample", async () => {
    const metric = defineMetric<number>({
      name: "own.broken",
      better: "higher",
      outcome: () => {
        throw new Error("no boxes.");
      },
    });
    await expect(evaluate([pass], five, { userMetrics: [metric] })).rejects.toThrow(
      "MEASURE_USER at own.broken: the metric failed on sample row 0: no boxes.",
    );
  });
});

it("reports how far it is", async () => {
  const reports: unknown[] = [];
  await evaluate([pass], five, { batch: 2, progress: { report: (...report) => reports.push(report) } });
  expect(reports).toEqual([2, 4, 5].map((done) => ["evaluating on rows", done, 5]));
});

describe("what cannot be", () => {
  it.each<[string, string, Dataset, Options, string]>([
    [
      "scores for other classes",
      "main (float[N, 3] x) => (float[N, 6] y) { y = Concat <axis = 1> (x, x) }",
      five,
      {},
      'MEASURE_CLASSES at output "y": the output does not hold one score for each class of the data set (expected [64, 3], got [64, 6]).',
    ],
    [
      "more scores than classes that are numbers with a gap",
      "main (float[N, 3] x) => (float[N, 6] y) { y = Concat <axis = 1> (x, x) }",
      { ...five, classes: ["0", "2", "3"] },
      {},
      'MEASURE_CLASSES at output "y": the output, [64, 6], has more scores than the data has classes, and class 1 of the data is named 2 ',
    ],
    [
      "two inputs and one field",
      "main (float[N, 3] a, float[N, 3] b) => (float[N, 3] y) { y = Add (a, b) }",
      five,
      {},
      'MEASURE_BINDING at input "a": nothing says which part of a sample goes into this input of the model (expected one of x). Give the data a field of that name',
    ],
    [
      "an input bound to a field that is not there",
      pass,
      five,
      { inputs: { x: "mask" } },
      'MEASURE_BINDING at input "x": it is bound to "mask", which the data does not have (expected one of x).',
    ],
    ["an output that is not there", pass, five, { output: "z" }, 'MEASURE_PORT: the model has no output "z"'],
    [
      "an impossible batch",
      pass,
      five,
      { batch: 0 },
      "MEASURE_BATCH: the batch size is not a positive integer (got 0).",
    ],
    [
      "another metric's labels",
      pass,
      five,
      { metrics: ["rmse"] },
      "MEASURE_METRIC at rmse: this metric needs samples with values",
    ],
    ["no original", pass, five, { metrics: ["fidelity.snr"] }, "MEASURE_ORIGINAL at fidelity.snr"],
    [
      "another size",
      "main (float[N, 4] x) => (float[N, 4] y) { y = Neg (x) }",
      five,
      {},
      'MEASURE_INPUT at input "x": "x" of the data does not fit this input of the model (expected [N, 4], got [64, 3]).',
    ],
    ["a data set without samples", pass, rows(), {}, "MEASURE_EMPTY at rows"],
    [
      "labels of two kinds",
      pass,
      rows([[1, 2, 3], classTarget(0)], [[1, 2, 3], undefined]),
      {},
      "MEASURE_TARGETS at sample 1: all samples of a data set need the same kind of label (expected class, got none).",
    ],
  ])("%s", async (_, text, dataset, options, message) => {
    await expect((async () => evaluate([text], dataset, options))()).rejects.toThrow(message);
  });
});
