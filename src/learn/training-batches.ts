import { alternatingMemory, type BatchMemory, type Dataset } from "@pare/data";
import type { Model } from "@pare/ir";
import { datasetFeeds, type Feed } from "@pare/measure";
import type { PortInfo, TrainingBatch, TrainingBatches } from "@pare/pass";
import { transformOf } from "../run/data.ts";
import { tooFewSamplesError } from "./errors.ts";
import { portsOf } from "./feeds.ts";
import type { LearningData } from "./learning-data.ts";
import { prefetched } from "./prefetch.ts";
import { targetTensor } from "./training-targets.ts";

/** Batches that are made while the ones before are being used. */
const ahead = 2;
/** Two may be in use; those ahead, of which one is being made. */
const alive = 2 + ahead;

/** Gives and takes back what batches are written to, so that an epoch needs no memory that the one before did not. */
export interface BatchMemories {
  take(): BatchMemory;
  giveBack(memory: BatchMemory): void;
}

export function batchMemories(): BatchMemories {
  const free: BatchMemory[] = [];
  return { take: () => free.pop() ?? alternatingMemory(alive), giveBack: (memory) => free.push(memory) };
}

/** One epoch of the training data, bound to the inputs of a model; see `TrainingTools`. @throws LEARN_BATCH, LEARN_TARGET */
export function trainingBatches(
  model: Model,
  dataset: Dataset,
  { recipe, memories }: Pick<LearningData, "recipe"> & { readonly memories: BatchMemories },
  options: TrainingBatches,
): AsyncGenerator<TrainingBatch> {
  const { batch, epoch, from = 0, augment: isAugmented = true, inOrder = false, seed } = options;
  if (dataset.length < batch && !inOrder) throw tooFewSamplesError(dataset.name, dataset.length, batch);
  const { inputs, augment } = recipe.data;
  const order = { shuffle: !inOrder, dropLast: !inOrder, seed, epoch, from };
  const changes = isAugmented && !inOrder ? augment : undefined;
  const feedsIn = (memory: BatchMemory) =>
    datasetFeeds(dataset, {
      transform: transformOf(recipe),
      batch,
      epoch: { ...order, memory, ...(changes && { augment: changes }) },
      ...(inputs !== undefined && { inputs }),
    }).feeds([{ inputs: portsOf(model).map(ofAnyBatch) }]);
  return prefetched(labelled(feedsIn, memories), ahead);
}

const ofAnyBatch = (port: PortInfo): PortInfo => ({
  ...port,
  shape: port.shape.map((size, i) => (i === 0 ? -1 : size)),
});

async function* labelled(
  feedsIn: (memory: BatchMemory) => AsyncIterable<Feed>,
  memories: BatchMemories,
): AsyncGenerator<TrainingBatch> {
  const memory = memories.take();
  try {
    for await (const { inputs, targets, ids } of feedsIn(memory))
      yield { inputs, targets: targetTensor(targets, ids), ids };
  } finally {
    memories.giveBack(memory);
  }
}
