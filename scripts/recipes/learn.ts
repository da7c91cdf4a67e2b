import { classOf, type Dataset, type Sample } from "@pare/data";
import type { Activation, Layer } from "../quickstart/layers.ts";
import { type Parameter, type ParameterStore, parameterStore, storeLength } from "../quickstart/parameters.ts";
import { createAdam, crossEntropy } from "../quickstart/train.ts";

const batch = 64;

export interface LearnOptions {
  /** The network's layers, with their parameters from the store. */
  build(store: ParameterStore): Layer;
  /** What the network takes for these samples. */
  input(samples: readonly Sample[]): Activation;
  /** Drawn samples of the train split: as many as training asks for. */
  data(length: number): Dataset;
  readonly steps: number;
  /** Adam's step size at its highest; it rises over the first 5 % of the steps and falls in a line to 0. */
  readonly learningRate: number;
}

/** Trains a small classifier by cross-entropy, every sample once. Gives the trained parameters: the same on every run. */
export async function learn(options: LearnOptions): Promise<readonly Parameter[]> {
  const { steps, learningRate } = options;
  const updates = new Float32Array(storeLength);
  const store = parameterStore(new Float32Array(storeLength), updates, true);
  const network = options.build(store);
  const adam = createAdam(store.all, [updates]);
  const dataset = options.data(steps * batch);
  const warmup = Math.ceil(steps / 20);
  let average = Math.log(2);
  for (let step = 0; step < steps; step++) {
    const samples = await samplesOf(dataset, step * batch, batch);
    const labels = Int32Array.from(samples, ({ target }) => classOf(target));
    updates.fill(0); // before the forward pass: batch norms write their moments there
    const logits = network.forward(options.input(samples), "train");
    const { loss, gradient } = crossEntropy(logits.data, labels, batch);
    network.backward({ ...logits, data: gradient });
    adam(learningRate * Math.min((step + 1) / warmup, (steps - step) / (steps - warmup)));
    average += 0.01 * (loss / batch - average);
    if ((step + 1) % 500 === 0)
      console.log(`${dataset.name}: step ${step + 1} of ${steps}, loss ${average.toFixed(3)}`);
  }
  return store.all;
}

export async function samplesOf(dataset: Dataset, start: number, count: number): Promise<readonly Sample[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => dataset.sample(start + i)));
}
