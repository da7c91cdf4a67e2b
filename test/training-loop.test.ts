import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import type { Tensors, TrainingTools } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { numbers, tensorBytes, tensorOf } from "@pare/tensor";
import { type StepGraph, type TrainOptions, train } from "@pare/train";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recipeCatalog } from "../src/catalog.ts";
import { folderCheckpoints } from "../src/learn/checkpoint-store.ts";
import { type LearningData, openLearningData } from "../src/learn/learning-data.ts";
import { createTraining } from "../src/learn/training-tools.ts";

/** Linear regression by gradient descent with momentum: p = x·w + b, loss = mean (p − y)². */
const batch = 8;
const model = parseModel(`main (float[N, 2] x) => (float[N, 1] p)
  <float[2, 1] w = {0, 0}, float[1] b = {0}> {
    xw = MatMul (x, w)
    p = Add (xw, b)
  }`);
const step: StepGraph = {
  model: parseModel(`main (float[8, 2] x, float[8, 1] y, float rate, float mu, float[3] params, float[3] velocity)
    => (float[3] nextParams, float[3] nextVelocity, float loss)
    <int64[2] parts = {2, 1}, int64[2] column = {2, 1}, int64[1] flat = {-1}, float quarter = {0.25}> {
      wFlat, b = Split <axis = 0> (params, parts)
      w = Reshape (wFlat, column)
      xw = MatMul (x, w)
      p = Add (xw, b)
      error = Sub (p, y)
      square = Mul (error, error)
      loss = ReduceMean <keepdims = 0> (square)
      slope = Mul (error, quarter)
      xt = Transpose <perm = [1, 0]> (x)
      gw = MatMul (xt, slope)
      gwFlat = Reshape (gw, flat)
      gbAll = ReduceSum <keepdims = 0> (slope)
      gb = Reshape (gbAll, flat)
      gradient = Concat <axis = 0> (gwFlat, gb)
      kept = Mul (velocity, mu)
      nextVelocity = Add (kept, gradient)
      move = Mul (nextVelocity, rate)
      nextParams = Sub (params, move)
    }`),
  batch,
  formulation: "portable",
  plan: { constants: [], trained: 3, frozen: 0 },
  feeds: [
    { kind: "input", name: "x" },
    { kind: "target", name: "y" },
  ],
  rates: [
    { name: "rate", kind: "learning-rate" },
    { name: "mu", kind: "momentum" },
  ],
  state: [
    { input: "params", output: "nextParams", initial: tensorOf("float32", [3], [0, 0, 0]) },
    { input: "velocity", output: "nextVelocity", initial: tensorOf("float32", [3], [0, 0, 0]) },
  ],
  metrics: new Map([["loss", "loss"]]),
  parameters: [
    { name: "w", shape: [2, 1], state: "params", offset: 0 },
    { name: "b", shape: [1], state: "params", offset: 2 },
  ],
};

function materialize(parameters: Tensors): Model {
  const trained = cloneModel(model);
  trained.graph.edit("trained", (edit) => {
    for (const [name, tensor] of parameters) edit.setConstant(trained.graph.value(name)!, tensor);
  });
  return trained;
}

/** y = 2·a − 3·b + 1 on 60 points; a and b reach the model with mean 0 and variance 1. */
function writeTable(path: string): void {
  const rows = Array.from({ length: 60 }, (_, i) => [((i * 7) % 13) / 10, ((i * 5) % 11) / 10] as const);
  writeFileSync(path, ["a,b,y", ...rows.map(([a, b]) => `${a},${b},${(2 * a - 3 * b + 1).toFixed(4)}`)].join("\n"));
}

let folder: string;
let data: LearningData;
let engine: ReturnType<typeof createOnnxRuntimeEngine>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "training-"));
  writeTable(join(folder, "train.csv"));
  writeTable(join(folder, "other.csv"));
  const text = `version: 1
model: m.onnx
data:
  train: { table: train.csv, target: y }
  validation: { table: other.csv, target: y }
  test: { table: other.csv, target: y }
evaluate: [rmse]`;
  data = (await openLearningData(checkRecipe(text, join(folder, "recipe.yaml"), recipeCatalog)))!;
});
beforeEach(() => {
  engine = createOnnxRuntimeEngine();
});
afterEach(() => engine[Symbol.asyncDispose]());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, detail: string) => void;
}

function toolsIn(store: string, { signal = new AbortController().signal, onProgress }: Watch = {}): TrainingTools {
  const progress = { report: (_: string, done: number, __: number, detail = "") => onProgress?.(done, detail) };
  const checkpoints = folderCheckpoints(join(folder, store));
  return createTraining(data, { engine, signal, progress }, { device: "cpu", checkpoints })!;
}

const options = (tools: TrainingTools): TrainOptions => ({
  ...{ step, model, tools, epochs: 12, seed: 3, key: "linear", materialize },
  schedule: { kind: "one-cycle", rate: 0.1 },
});

const bytes = (tensors: Tensors) => Object.fromEntries([...tensors].map(([name, t]) => [name, [...tensorBytes(t)]]));
const bits = async (run: ReturnType<typeof train>) => {
  const { parameters, curve } = await run;
  return { parameters: bytes(parameters), curve: curve.map(({ samplesPerSecond: _, ...rest }) => rest) };
};

/** Runs until so many steps are done, then is stopped as by Ctrl-C. */
async function interrupted(store: string, after: number, more: Partial<TrainOptions> = {}): Promise<void> {
  const stop = new AbortController();
  const onProgress = (done: number) => done === after && stop.abort();
  const tools = toolsIn(store, { signal: stop.signal, onProgress });
  await expect(train({ ...options(tools), ...more })).rejects.toThrow(/^ENGINE_ABORTED/);
  engine = createOnnxRuntimeEngine();
}

describe("training", () => {
  it("finds the line that the data is of, and keeps its best weights", async () => {
    const details: string[] = [];
    const tools = toolsIn("plain", { onProgress: (_, detail) => details.push(detail) });
    const { curve, best, parameters, stoppedEarly, resumedAt } = await train({ ...options(tools), epochs: 20 });
    expect(curve.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(curve[0]!.train.loss).toBeGreaterThan(1);
    expect(curve.at(-1)!.train.loss).toBeLessThan(1e-4);
    expect(best.validation).toMatchObject({ metric: "rmse", better: "lower", samples: 60, loss: undefined });
    expect(best.validation.value).toBe(Math.min(...curve.map(({ validation }) => validation.value)));
    expect(await tools.evaluate(materialize(parameters))).toEqual(best.validation);
    expect([stoppedEarly, resumedAt]).toEqual([false, undefined]);
    expect(curve.at(-1)!.rate).toBeCloseTo(4e-7, 12);
    // 20 epochs of 7 full batches; the last line before the end.
    expect(details).toHaveLength(140);
    expect(details.at(-1)).toMatch(/^epoch 20\/20, loss \S+, rmse \S+, \d+ samples\/s, \d+ s left$/);
  });

  it("gives the same bytes twice", async () => {
    expect(await bits(train(options(toolsIn("once"))))).toEqual(await bits(train(options(toolsIn("twice")))));
  });

  it("stops when the score has not become better for some epochs", async () => {
    const still = { ...options(toolsIn("still")), schedule: { kind: "constant", rate: 0 } } as const;
    const { curve, best, stoppedEarly } = await train({ ...still, patience: 2 });
    expect([curve.length, best.epoch, stoppedEarly]).toEqual([3, 1, true]);
    // A finished run is finished, also when it is asked for again.
    const again = await train({ ...still, patience: 2 });
    expect([again.curve.length, again.resumedAt]).toEqual([3, { epoch: 3, step: 0 }]);
  });

  it("takes moving averages where the step graph has them", async () => {
    const averages = [{ name: "b", shape: [1], state: "velocity", offset: 2 }];
    const { parameters } = await train({ ...options(toolsIn("averages")), epochs: 1, step: { ...step, averages } });
    const plain = await train({ ...options(toolsIn("no averages")), epochs: 1 });
    expect(bytes(parameters).w).toEqual(bytes(plain.parameters).w);
    expect(bytes(parameters).b).not.toEqual(bytes(plain.parameters).b);
  });
});

describe("an interrupted run", () => {
  // Seven steps an epoch: inside the first, after the first, inside the fourth.
  it.each([3, 7, 25])("stopped after step %d gives the same bytes", async (after) => {
    const whole = await bits(train(options(toolsIn(`whole ${after}`))));
    const often = { checkpointSeconds: 0 };
    await interrupted(`cut ${after}`, after, often);
    const resumed = train(options(toolsIn(`cut ${after}`)));
    const { epoch, step: done } = (await resumed).resumedAt!;
    expect(epoch * 7 + done).toBeGreaterThanOrEqual(after - 1);
    expect(epoch * 7 + done).toBeLessThanOrEqual(after);
    expect(await bits(resumed)).toEqual(whole);
  });

  it("falls back to the checkpoint before where the latest is torn", async () => {
    const whole = await bits(train(options(toolsIn("whole"))));
    await interrupted("torn", 25, { checkpointSeconds: 0 });
    const latest = readdirSync(join(folder, "torn")).find((name) => name.endsWith(".latest"))!;
    truncateSync(join(folder, "torn", latest), 100);
    const resumed = train(options(toolsIn("torn")));
    expect((await resumed).resumedAt).toMatchObject({ epoch: 3 });
    expect(await bits(resumed)).toEqual(whole);
  });

  it("begins anew where the plan is another one", async () => {
    await interrupted("plan", 25, { checkpointSeconds: 0 });
    expect((await train({ ...options(toolsIn("plan")), seed: 4 })).resumedAt).toBeUndefined();
  });
});

describe("a run that cannot succeed", () => {
  it("ends when it diverges, and says what to try", async () => {
    const tools = toolsIn("diverged");
    const run = train({ ...options(tools), epochs: 100, schedule: { kind: "constant", rate: 50 } });
    await expect(run).rejects.toThrow(
      /^TRAIN_DIVERGED at step \d+ of epoch \d+: the loss has been no finite number for 3 steps: training has diverged \(expected a finite loss, got (NaN|Infinity)\)\. Lower the learning rate \(50 here\) to a third, give it a longer warm-up, or clip the gradients\.$/,
    );
  });

  it("needs a full batch", async () => {
    await expect(train({ ...options(toolsIn("few")), step: { ...step, batch: 61 } })).rejects.toThrow(
      /^TRAIN_BATCH at the training data: .*\(expected at least 61 samples, got 60\)/,
    );
  });

  it("needs a teacher where it is to be taught", async () => {
    const feeds = [...step.feeds, { kind: "teacher", name: "t", output: "p", teacher: 0 } as const];
    await expect(train({ ...options(toolsIn("untaught")), step: { ...step, feeds } })).rejects.toThrow(
      /^TRAIN_TEACHER at input "t" of the step graph/,
    );
  });
});

it("makes the steps that one makes by hand", async () => {
  // From zero with rate r: w = r · 2 ÷ 8 · Σ x · y.
  const tools = toolsIn("by hand");
  const one = { ...options(tools), epochs: 1, schedule: { kind: "constant", rate: 0.01 } } as const;
  const expected = [0, 0, 0];
  for await (const { inputs, targets } of tools.batches(model, { batch: 56, epoch: 0, seed: 3 })) {
    const [x, y] = [numbers(inputs.get("x")!), numbers(targets!)];
    for (const [i, value] of [...y].slice(0, batch).entries()) {
      const row = [x[2 * i]!, x[2 * i + 1]!, 1];
      for (const [k, factor] of row.entries()) expected[k]! += 0.01 * 0.25 * factor * value;
    }
  }
  // An epoch of one step: seven batches' samples, of which the first is trained on.
  const { parameters } = await train({ ...one, tools: { ...tools, samples: batch, batches: firstOf(tools) } });
  const found = [...numbers(parameters.get("w")!), ...numbers(parameters.get("b")!)];
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
});

function firstOf(tools: TrainingTools): TrainingTools["batches"] {
  return async function* (...asked) {
    for await (const first of tools.batches(...asked)) return yield first;
  };
}
