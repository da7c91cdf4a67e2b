/**
 * Times steps of training ResNet-8 (width 16, 32×32 images, batch 128): median of 30 after 10, in milliseconds.
 *
 *   node scripts/run.mjs benchmarks/train/step.ts
 *
 * Batches are made beforehand; they go into the engine's process as in a training.
 */
import { architectures } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { upgradeOpset } from "@pare/opset";
import { seededRandom } from "@pare/pass";
import { tensorOf } from "@pare/tensor";
import { buildStepGraph } from "@pare/train";
import { median } from "../process.ts";

const batch = 128;
const warmUp = 10;
const steps = 30;
const sample = [3, 32, 32];

const model = architectures
  .find(({ name }) => name === "resnet8")!
  .build({ input: { name: "x", dtype: "float32", sample }, classes: 10, seed: 0 });
upgradeOpset(model, 21);
const step = buildStepGraph(model, {
  batch,
  loss: { kind: "cross-entropy" },
  optimizer: { kind: "sgd", nesterov: true },
  weightDecay: { rate: 5e-4, of: "all" },
});
const random = seededRandom(0);
const image = Float32Array.from({ length: batch * 3 * 32 * 32 }, () => 2 * random() - 1);
const labels = Array.from({ length: batch }, () => Math.floor(10 * random()));
const rates = { "learning-rate": 0.01, momentum: 0.9 };
const feeds = new Map([
  ["x", tensorOf("float32", [batch, ...sample], image)],
  [step.feeds.find(({ kind }) => kind === "target")!.name, tensorOf("int64", [batch], labels)],
  ...step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [rates[kind]])] as const),
]);
await using engine = createOnnxRuntimeEngine();
await using session = await engine.open(step.model);
await session.hold(step.state.map(({ input, output, initial }) => ({ input, initial, from: output })));
const times: number[] = [];
for (let i = 0; i < warmUp + steps; i++) {
  const began = performance.now();
  await session.run(feeds, { fetch: [...step.metrics.values()] });
  times.push(performance.now() - began);
}
console.log(median(times.slice(warmUp)));
