import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { cloneModel } from "@pare/ir";
import type { TrainingBatch, TrainingBatches, TrainingTools } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { builtinModelPath, recipeCatalog } from "../catalog.ts";
import type { World } from "../run/tools.ts";
import { folderCheckpoints } from "./checkpoint-store.ts";
import { openLearningData } from "./learning-data.ts";
import { createTraining } from "./training-tools.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };
const quickstart = readModelFile(builtinModelPath("quickstart"));
const input = quickstart.graph.inputs[0]!.name;

async function toolsOf(data: string, evaluate = "[accuracy.top1]"): Promise<TrainingTools | undefined> {
  const text = `version: 1\nmodel: builtin:quickstart\ndata: ${data}\nevaluate: ${evaluate}`;
  const learning = await openLearningData(checkRecipe(text, "/r/r.yaml", recipeCatalog));
  return createTraining(learning!, world, { device: "cpu", checkpoints: folderCheckpoints("unused"), epochsBefore: 0 });
}

const scaled = "input: { mean: [0.5], std: [0.25] }";
const data = `{ test: { generated: glyphs, samples: 1 }, train: { generated: glyphs, samples: 70 }, validation: { generated: glyphs, samples: 100 }, ${scaled}, augment: { shift: 2 } }`;

async function collect(tools: TrainingTools, options: TrainingBatches, model = quickstart) {
  const all: { readonly ids: readonly string[]; readonly labels: readonly number[]; readonly bytes: string }[] = [];
  const batch = ({ ids, targets, inputs }: TrainingBatch) => {
    const { source } = inputs.get(input)!;
    const labels = [...numbers(targets!)];
    return { ids, labels, bytes: Buffer.from(source.read(0, source.size)).toString("base64") };
  };
  for await (const each of tools.batches(model, options)) all.push(batch(each));
  return all;
}

describe("batches", () => {
  it("are full ones, in another order in every epoch, the same for a seed", async () => {
    const tools = (await toolsOf(data))!;
    expect(tools.samples).toBe(70);
    const epoch = await collect(tools, { batch: 16, epoch: 0, seed: 1 });
    expect(epoch.map(({ ids }) => ids.length)).toEqual([16, 16, 16, 16]);
    expect(new Set(epoch.flatMap(({ ids }) => ids)).size).toBe(64);
    expect(await collect(tools, { batch: 16, epoch: 0, seed: 1 })).toEqual(epoch);
    for (const other of [
      { epoch: 1, seed: 1 },
      { epoch: 0, seed: 2 },
    ])
      expect((await collect(tools, { batch: 16, ...other }))[0]!.ids).not.toEqual(epoch[0]!.ids);
  });

  it("go on at any batch with the same bytes", async () => {
    const tools = (await toolsOf(data))!;
    const options = { batch: 16, epoch: 3, seed: 1 };
    const epoch = await collect(tools, options);
    expect(await collect((await toolsOf(data))!, { ...options, from: 3 })).toEqual(epoch.slice(3));
  });

  it("change images as the recipe says, unless that is not wanted", async () => {
    const tools = (await toolsOf(data))!;
    const options = { batch: 70, epoch: 0, seed: 1 };
    const [changed] = await collect(tools, options);
    const [plain] = await collect(tools, { ...options, augment: false });
    expect(plain!.ids).toEqual(changed!.ids);
    expect(plain!.labels).toEqual(changed!.labels);
    expect(plain!.bytes).not.toEqual(changed!.bytes);
    expect(await collect((await toolsOf(data.replace(/, augment.*}$/, "}")))!, options)).toEqual([plain]);
  });

  it("may be all samples in the data's order, unchanged, the last batch filled up", async () => {
    const tools = (await toolsOf(data))!;
    const all = await collect(tools, { batch: 16, epoch: 1, seed: 1, inOrder: true });
    expect(all.map(({ ids }) => ids.length)).toEqual([16, 16, 16, 16, 6]);
    expect(new Set(all.flatMap(({ ids }) => ids)).size).toBe(70);
    expect(new Set(all.map(({ bytes }) => bytes.length)).size).toBe(1);
    expect(await collect(tools, { batch: 16, epoch: 0, seed: 2, inOrder: true })).toEqual(all);
  });

  it("do not mind a batch that the model fixes", async () => {
    const tools = (await toolsOf(data))!;
    const fixed = cloneModel(quickstart);
    fixed.graph.edit("fix", (edit) => {
      const { type } = fixed.graph.inputs[0]!;
      if (type?.kind === "tensor")
        edit.retype(fixed.graph.inputs[0]!, { ...type, shape: [1, ...type.shape!.slice(1)] });
    });
    const options = { batch: 16, epoch: 0, seed: 1 };
    expect(await collect(tools, options, fixed)).toEqual(await collect(tools, options));
  });

  it("of two epochs at once do not disturb each other", async () => {
    const tools = (await toolsOf(data))!;
    const of = (epoch: number) => collect(tools, { batch: 16, epoch, seed: 1 });
    const alone = [await of(0), await of(1)];
    expect(await Promise.all([of(0), of(1)])).toEqual(alone);
  });

  it("need as many samples as one of them takes", async () => {
    const tools = (await toolsOf(data))!;
    expect(() => tools.batches(quickstart, { batch: 71, epoch: 0, seed: 0 })).toThrow(
      /^LEARN_BATCH .*\(expected at least 71, got 70\)/,
    );
  });
});

describe("evaluate", () => {
  it("gives the recipe's first metric and the loss", async () => {
    const score = await (await toolsOf(data))!.evaluate(quickstart);
    expect(score).toMatchObject({ metric: "accuracy.top1", better: "higher", samples: 100 });
    expect(score.value).toBeGreaterThan(0.9);
    expect(score.loss).toBeLessThan(0.5);
    const own = await (await toolsOf(data, "[loss, accuracy.top1]"))!.evaluate(quickstart);
    expect(own).toEqual({
      metric: "loss",
      value: score.loss,
      better: "lower",
      unit: "nats",
      samples: 100,
      loss: score.loss,
    });
    expect(await (await toolsOf(data, "auto"))!.evaluate(quickstart)).toEqual(score);
  });
});

it("is not there without training data", async () => {
  expect(
    await toolsOf("{ test: { generated: glyphs, samples: 1 }, validation: { generated: glyphs, samples: 20 } }"),
  ).toBeUndefined();
});
