/**
 * Trains the quickstart's network on the train split of `glyphs`, every sample once, two halves of each batch in two
 * worker threads. The halves' gradients are added in a fixed order: the same weights on every run.
 */
import { once } from "node:events";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { type Batch, batches, classOf, glyphs, randomStream, sliceDataset } from "@pare/data";
import { float32s } from "@pare/tensor";
import type { Activation, Layer } from "./layers.ts";
import { buildNetwork, head, transform } from "./network.ts";
import { type Parameter, parameterStore, storeLength } from "./parameters.ts";

const half = 32;
const workers = 2;
const batch = half * workers;

export interface TrainOptions {
  readonly steps: number;
  /** Adam's step size at its highest; it rises over the first 5 % of the steps and falls in a line to 0. */
  readonly learningRate: number;
  /** After each step, counted from 1. */
  report(step: number, loss: number, steps: number): void;
}

interface Share {
  readonly values: SharedArrayBuffer;
  readonly updates: SharedArrayBuffer;
  readonly rank: number;
  readonly steps: number;
}

/** `script`: the file that calls `workHalf` when it runs as a worker. Gives the trained parameters. */
export async function train(script: string, options: TrainOptions): Promise<readonly Parameter[]> {
  const { steps, learningRate } = options;
  const values = new SharedArrayBuffer(storeLength * 4);
  const shares = Array.from({ length: workers }, (_, rank): Share => {
    return { values, updates: new SharedArrayBuffer(storeLength * 4), rank, steps };
  });
  const store = parameterStore(new Float32Array(values), new Float32Array(storeLength), true);
  buildNetwork(store, randomStream(0, 0, 0));
  const threads = shares.map((share) => new Worker(script, { workerData: share }));
  const adam = createAdam(
    store.all,
    shares.map((share) => new Float32Array(share.updates)),
  );
  const warmup = Math.ceil(steps / 20);
  for (let step = 0; step < steps; step++) {
    const answers = threads.map((thread) => once(thread, "message"));
    for (const thread of threads) thread.postMessage(step);
    const losses = (await Promise.all(answers)).map(([loss]: number[]) => loss!);
    const rate = learningRate * Math.min((step + 1) / warmup, (steps - step) / (steps - warmup));
    adam(rate);
    options.report(step + 1, losses.reduce((sum, loss) => sum + loss, 0) / batch, steps);
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  return store.all;
}

/** Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1. */
export function createAdam(parameters: readonly Parameter[], updates: readonly Float32Array[]): (rate: number) => void {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const [first, second] = [new Float64Array(storeLength), new Float64Array(storeLength)];
  let [power1, power2] = [1, 1];
  return (rate) => {
    power1 *= beta1;
    power2 *= beta2;
    for (const { kind, value } of parameters) {
      const start = value.byteOffset / 4;
      for (let i = 0; i < value.length; i++) {
        const at = start + i;
        const update = updates.reduce((sum, half) => sum + half[at]!, 0);
        if (kind === "statistic") {
          value[i] = value[i]! + 0.1 * (update / updates.length - value[i]!);
          continue;
        }
        first[at] = beta1 * first[at]! + (1 - beta1) * update;
        second[at] = beta2 * second[at]! + (1 - beta2) * update * update;
        const size = Math.sqrt(second[at]! / (1 - power2)) + epsilon;
        value[i] = value[i]! - (rate * first[at]!) / (1 - power1) / size;
      }
    }
  };
}

/** The body of a worker: gradients of its half of batch `step` for every message `step`. */
export function workHalf(): void {
  const { values, updates, rank, steps } = workerData as Share;
  const gradients = new Float32Array(updates);
  const store = parameterStore(new Float32Array(values), gradients, false);
  const network = buildNetwork(store, randomStream(1, 101, rank));
  const dataset = glyphs({ split: "train", length: steps * batch });
  parentPort!.on("message", async (step: number) => {
    const start = step * batch + rank * half;
    const samples = sliceDataset(dataset, start, start + half);
    gradients.fill(0);
    for await (const part of batches(samples, { batch: half, transform: { ...transform, layout: "NHWC" } }))
      parentPort!.postMessage(trainOn(network, part));
  });
}

function trainOn(network: Layer, { inputs, targets }: Batch): number {
  const labels = Int32Array.from(targets, classOf);
  const logits = network.forward(activation(float32s(inputs.get("image")!), labels.length), "train");
  const { loss, gradient } = crossEntropy(logits.data, labels, batch);
  network.backward({ ...logits, data: gradient });
  return loss;
}

function activation(data: Float32Array, images: number): Activation {
  return { data, images, height: 32, width: 32, channels: 3 };
}

/** Summed loss of softmax(logits) [labels, classes], and its gradient divided by the size of the whole batch. */
export function crossEntropy(
  logits: Float32Array,
  labels: Int32Array,
  batch: number,
): { loss: number; gradient: Float32Array } {
  const gradient = new Float32Array(logits.length);
  const classes = logits.length / labels.length;
  let loss = 0;
  for (const [image, label] of labels.entries()) {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const most = Math.max(...row);
    const powers = Array.from(row, (value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    loss += Math.log(sum) + most - row[label]!;
    for (const [j, power] of powers.entries())
      gradient[image * classes + j] = (power / sum - (j === label ? 1 : 0)) / batch;
  }
  return { loss, gradient };
}

/** Share of a split's samples that the trained network classifies correctly. */
export async function accuracyOf(parameters: readonly Parameter[], split: "validation" | "test"): Promise<number> {
  const values = new Float32Array(storeLength);
  const store = parameterStore(values, new Float32Array(storeLength), false);
  const network = buildNetwork(store, randomStream(0, 0, 0));
  for (const [i, parameter] of store.all.entries()) parameter.value.set(parameters[i]!.value);
  const dataset = glyphs({ split });
  let correct = 0;
  for await (const { inputs, targets } of batches(dataset, { batch, transform: { ...transform, layout: "NHWC" } })) {
    const { data } = network.forward(activation(float32s(inputs.get("image")!), targets.length), "infer");
    for (const [image, target] of targets.entries()) {
      const row = [...data.subarray(image * head.classes, (image + 1) * head.classes)];
      if (row.indexOf(Math.max(...row)) === classOf(target)) correct++;
    }
  }
  return correct / dataset.length;
}
