/**
 * Learning on real networks: by how much 200 steps lower the loss on 512 fixed samples, and what a step takes.
 *
 *   MODELS=<folder> DATA=<folder> node scripts/run.mjs benchmarks/train/loss-falls.ts [model …]
 *
 * The samples are those of each model's recipe in benchmarks/accuracy, in a seeded order. The loss is that of training
 * (batch-norms by the batch's statistics), over all samples before and after. Prints JSON lines; exits 1 where a loss
 * falls by less than 20 %.
 */
import { join } from "node:path";
import { batches, classOf, type Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { upgradeOpset } from "@pare/opset";
import type { Session, Tensors } from "@pare/pass";
import { readRecipe } from "@pare/recipe";
import { numbers, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph, type StepOptions } from "@pare/train";
import { recipeCatalog } from "../../src/catalog.ts";
import { openTestData, transformOf } from "../../src/run/data.ts";
import { median } from "../process.ts";

const steps = 200;
const samples = 512;
const goal = 0.8;
const sgd: Omit<StepOptions, "batch"> = {
  loss: { kind: "cross-entropy" },
  optimizer: { kind: "sgd", nesterov: true },
  weightDecay: { rate: 5e-4, of: "all" },
};
const cases: Readonly<Record<string, { readonly batch: number; readonly rate: number }>> = {
  resnet8_torch: { batch: 32, rate: 0.02 },
  cifar_base: { batch: 32, rate: 0.001 },
  ibp_3_3_8: { batch: 32, rate: 0.02 },
  mobilenet_v1_025_224: { batch: 32, rate: 0.01 },
};

const { MODELS = "" } = process.env;
const wanted = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();
let missed = 0;
for (const name of wanted.length > 0 ? wanted : Object.keys(cases)) {
  const result = await learn(name);
  const isMet = result.after <= goal * result.before;
  if (!isMet) missed++;
  console.log(JSON.stringify({ name, ...result, isMet }));
}
process.exitCode = missed > 0 ? 1 : 0;

async function learn(name: string) {
  const { batch, rate } = cases[name]!;
  const checked = readRecipe(`benchmarks/accuracy/${name}.yaml`, recipeCatalog);
  const dataset = (await openTestData(checked))!;
  const model = readModelFile(join(MODELS, `${name}.onnx`));
  upgradeOpset(model, 21);
  const began = performance.now();
  const step = buildStepGraph(model, { ...sgd, batch });
  const buildMs = performance.now() - began;
  const fed = await feeds(step, dataset, transformOf(checked.recipe), batch);
  await using session = await engine.open(step.model);
  await session.hold(step.state.map(({ input, output, initial }) => ({ input, initial, from: output })));
  const before = await pass(session, step, fed, 0);
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await run(session, step, fed[i % fed.length]!, rate);
    times.push(performance.now() - start);
  }
  const after = await pass(session, step, fed, 0);
  const { trained, frozen } = step.plan;
  return {
    ...{ batch, nodes: step.model.graph.nodeCount, trained, frozen, buildMs: Math.round(buildMs) },
    ...{ before, after, stepMs: Number(median(times).toFixed(1)), leastMs: Number(Math.min(...times).toFixed(1)) },
  };
}

async function feeds(step: StepGraph, dataset: Dataset, transform: object, batch: number): Promise<readonly Tensors[]> {
  const [input] = step.feeds.filter(({ kind }) => kind === "input");
  const [target] = step.feeds.filter(({ kind }) => kind === "target");
  const fed: Tensors[] = [];
  for await (const { inputs, targets } of batches(dataset, {
    batch,
    transform,
    shuffle: true,
    seed: 1,
    dropLast: true,
  })) {
    const classes = targets.map(classOf);
    fed.push(
      new Map([
        [input!.name, [...inputs.values()][0]!],
        [target!.name, tensorOf("int64", [batch], classes)],
      ]),
    );
    if (fed.length * batch >= samples) break;
  }
  return fed;
}

/** Mean loss over all batches. With a rate of 0 nothing is learned. */
async function pass(session: Session, step: StepGraph, fed: readonly Tensors[], rate: number): Promise<number> {
  let total = 0;
  for (const batch of fed) total += await run(session, step, batch, rate);
  return Number((total / fed.length).toFixed(4));
}

async function run(session: Session, step: StepGraph, fed: Tensors, rate: number): Promise<number> {
  const rates = { "learning-rate": rate, momentum: 0.9 };
  const scalars = step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [rates[kind]])] as const);
  const loss = step.metrics.get("loss")!;
  const results = await session.run(new Map([...fed, ...scalars]), { fetch: [loss] });
  return numbers(results.get(loss)!)[0]!;
}
