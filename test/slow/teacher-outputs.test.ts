import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainingPasses } from "@pare/distill";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import type { Tools, TrainingTools } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { afterAll, expect, test } from "vitest";
import { builtinModelPath, recipeCatalog } from "../../src/catalog.ts";
import { folderCheckpoints } from "../../src/learn/checkpoint-store.ts";
import { openLearningData } from "../../src/learn/learning-data.ts";
import { createTraining } from "../../src/learn/training-tools.ts";
import { buildNetwork, parseBuiltin } from "../../src/model/builtin.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-teachers-"));
const engine = createOnnxRuntimeEngine();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const teacher = readModelFile(builtinModelPath("quickstart"));
const distill = trainingPasses.find(({ name }) => name === "distill")!;

const { type } = teacher.graph.inputs[0]!;
const shape = (type?.kind === "tensor" ? type.shape!.slice(1) : []) as readonly number[];
const student = (reference: string) =>
  buildNetwork(parseBuiltin(reference)!, { input: { name: "image", dtype: "float32", sample: shape }, classes: 10 }, 1);

interface Way {
  /** What the tools say of the data: where it changes, teachers run in the step. */
  readonly isAugmented: boolean;
}

/** Curves of a student, and the models that sessions were opened for by the number of their inputs. */
async function distilled(store: string, { isAugmented }: Way) {
  const text = `version: 1
model: builtin:quickstart
data: { test: { generated: glyphs, samples: 1 }, train: { generated: glyphs, samples: 200 }, validation: { generated: glyphs, samples: 100 }, input: { mean: [0.5], std: [0.25] } }
evaluate: [accuracy.top1]`;
  const progress = { report: () => {} };
  const { signal } = new AbortController();
  const data = await openLearningData(checkRecipe(text, "/r/r.yaml", recipeCatalog));
  const checkpoints = folderCheckpoints(join(folder, store));
  const world = createTraining(data!, { engine, signal, progress }, { device: "cpu", checkpoints, epochsBefore: 0 })!;
  const opened: string[][] = [];
  const training: TrainingTools = {
    ...world,
    isAugmented,
    open: (model, options) => {
      opened.push(model.graph.inputs.map(({ name }) => name));
      return world.open(model, options);
    },
  };
  const tools = { seed: 1, signal, progress, training, model: student } as unknown as Tools;
  const options = distill.options.parse({ student: "builtin:mlp?width=16", epochs: 2, batch: 64, compare: [] });
  const result = await distill.run(teacher, options, tools);
  const notes = "notes" in result ? result.notes : result;
  return { opened, epochs: notes[0]!.training![0]!.epochs };
}

test("a teacher that is asked once teaches what it teaches in every step", async () => {
  const inStep = await distilled("in-step", { isAugmented: true });
  const once = await distilled("once", { isAugmented: false });
  expect(inStep.opened.map((inputs) => inputs.includes("teacher0"))).toEqual([false]);
  // The teacher alone, then the step graph that its outputs are fed to.
  expect(once.opened.map((inputs) => inputs.includes("teacher0"))).toEqual([false, true]);
  for (const [i, { loss, value }] of once.epochs.entries()) {
    expect(loss).toBeCloseTo(inStep.epochs[i]!.loss, 4);
    expect(value).toBeCloseTo(inStep.epochs[i]!.value, 2);
  }
});
