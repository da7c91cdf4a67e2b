import { trainingPasses } from "@pare/distill";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Tools } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { recipeCatalog } from "../src/catalog.ts";
import { noCheckpoints } from "../src/learn/checkpoint-store.ts";
import { openLearningData } from "../src/learn/learning-data.ts";
import { createTraining } from "../src/learn/training-tools.ts";
import { buildNetwork, parseBuiltin } from "../src/model/builtin.ts";
const [samples, reference, opts] = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();
const text = `version: 1
seed: 7
model: builtin:quickstart
data: { test: { generated: glyphs, samples: 1 }, train: { generated: glyphs, samples: ${samples}, seed: 2 }, validation: { generated: glyphs, samples: 1000, seed: 3 }, input: { mean: [0.5], std: [0.25] } }
evaluate: [accuracy.top1, loss]`;
const progress = { report: () => {} };
const { signal } = new AbortController();
const data = await openLearningData(checkRecipe(text, "/r/r.yaml", recipeCatalog));
const training = createTraining(data!, { engine, signal, progress }, { device: "cpu", checkpoints: noCheckpoints })!;
const student = (r: string) => buildNetwork(parseBuiltin(r)!, { input: { name: "x", dtype: "float32", sample: [3, 32, 32] }, classes: 10 }, 7);
const pass = trainingPasses.find(({ name }) => name === "train/finetune")!;
const tools = { seed: 7, signal, progress, training, model: student } as unknown as Tools;
const began = performance.now();
const notes = await pass.run(student(reference!), pass.options.parse(JSON.parse(opts!)), tools);
const [t] = (notes as any)[0].training;
console.log(reference, opts, ((performance.now() - began) / 1000).toFixed(1), "s", t.epochs.map((e: any) => `${(100 * e.value).toFixed(1)}@${Math.round(e.samplesPerSecond)}`).join(" "));
