import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import type { TrainingTools } from "@pare/pass";
import { numbers } from "@pare/tensor";
import { buildStepGraph, type TrainOptions, train } from "@pare/train";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { folderCheckpoints } from "../../src/learn/checkpoint-store.ts";
import type { LearningData } from "../../src/learn/learning-data.ts";
import { createTraining } from "../../src/learn/training-tools.ts";
import { batch, bytesOf, linearData, materialize, model, step } from "../support/linear-training.ts";

let folder: string;
let data: LearningData;
let engine: ReturnType<typeof createOnnxRuntimeEngine>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "training-"));
  data = await linearData(folder);
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
  return createTraining(data, { engine, signal, progress }, { device: "cpu", checkpoints, epochsBefore: 0 })!;
}

const options = (tools: TrainingTools): TrainOptions => ({
  ...{ step, model, tools, epochs: 12, seed: 3, key: "linear", materialize },
  schedule: { kind: "one-cycle", rate: 0.1 },
});

const bits = async (run: ReturnType<typeof train>) => {
  const { parameters, curve } = await run;
  return { parameters: bytesOf(parameters), curve: curve.map(({ samplesPerSecond: _, ...rest }) => rest) };
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
    expect(bytesOf(parameters).w).toEqual(bytesOf(plain.parameters).w);
    expect(bytesOf(parameters).b).not.toEqual(bytesOf(plain.parameters).b);
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

  it("goes on with the dropout masks that it would have had", async () => {
    const dropping = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
      main (float[N, 2] x) => (float[N, 1] p) <float[2, 1] w = {0, 0}, float[1] b = {0}, float r = {0.3}> {
        d = Dropout (x, r)
        xw = MatMul (d, w)
        p = Add (xw, b)
      }`);
    const how = { batch, loss: { kind: "mse" }, optimizer: { kind: "sgd" } } as const;
    const drops = { step: buildStepGraph(dropping, { ...how, dropout: "keep" }) };
    const whole = await bits(train({ ...options(toolsIn("dropout")), ...drops }));
    await interrupted("dropout cut", 25, { ...drops, checkpointSeconds: 0 });
    const resumed = train({ ...options(toolsIn("dropout cut")), ...drops });
    expect((await resumed).resumedAt).toMatchObject({ epoch: 3 });
    expect(await bits(resumed)).toEqual(whole);
    const none = await bits(train({ ...options(toolsIn("none")), step: buildStepGraph(dropping, how) }));
    expect(none.parameters).not.toEqual(whole.parameters);
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
