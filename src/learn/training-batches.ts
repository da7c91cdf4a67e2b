import type { Dataset } from "@pare/data";
import type { Model } from "@pare/ir";
import { datasetFeeds } from "@pare/measure";
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

/** One epoch of the training data, bound to the inputs of a model; see `TrainingTools`. @throws LEARN_BATCH, LEARN_TARGET */
export function trainingBatches(
  model: Model,
  dataset: Dataset,
  { recipe }: Pick<LearningData, "recipe">,
  options: TrainingBatches,
): AsyncGenerator<TrainingBatch> {
  const { batch, epoch, from = 0, augment: isAugmented = true, seed } = options;
  if (dataset.length < batch) throw tooFewSamplesError(dataset.name, dataset.length, batch);
  const { inputs, augment } = recipe.data;
  const order = { shuffle: true, dropLast: true, seed, epoch, from, reuse: alive };
  const feeds = datasetFeeds(dataset, {
    transform: transformOf(recipe),
    batch,
    epoch: { ...order, ...(isAugmented && augment !== undefined && { augment }) },
    ...(inputs !== undefined && { inputs }),
  });
  return prefetched(labelled(feeds.feeds([{ inputs: portsOf(model).map(ofAnyBatch) }])), ahead);
}

const ofAnyBatch = (port: PortInfo): PortInfo => ({
  ...port,
  shape: port.shape.map((size, i) => (i === 0 ? -1 : size)),
});

async function* labelled(feeds: ReturnType<ReturnType<typeof datasetFeeds>["feeds"]>): AsyncGenerator<TrainingBatch> {
  for await (const { inputs, targets, ids } of feeds) yield { inputs, targets: targetTensor(targets, ids), ids };
}
