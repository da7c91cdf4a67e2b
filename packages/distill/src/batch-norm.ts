/**
 * Re-estimates the running statistics of batch norms: after weights were changed (pruned, quantized, averaged) the stored
 * ones are those of another network. They become the means, over the batches, of each batch's mean and variance with all
 * batch norms in training mode ("precise batch norm": Wu and Johnson, "Rethinking batch in batch norm", 2021, section 3).
 */
import { cloneModel, type Model, type Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, Tensors } from "@pare/pass";
import { float32s, type Tensor, tensorOf } from "@pare/tensor";
import { type RunningStatistic, setConstants, trainBatchNorms, withFixedSizes } from "@pare/train";
import * as z from "zod";
import { readyForStatistics } from "./ready.ts";
import { requireTraining } from "./require-training.ts";
import type { TrainingPassTools } from "./train-model.ts";

const name = "train/batch-norm";

export const batchNormOptions = z.strictObject({
  batch: z.int().min(2).max(65_536).default(128).describe("Samples in a batch. Default 128."),
  batches: z.int().min(1).max(100_000).default(100).describe("Batches that are averaged, at most. Default 100."),
});

export const reestimateBatchNorm: Pass<z.output<typeof batchNormOptions>> = {
  name,
  summary: "Estimate the statistics of batch norms anew on training data.",
  options: batchNormOptions,
  promise: "lossy",
  foresee: async (model) => {
    const readiness = readyForStatistics(model);
    const norms = [...model.graph.nodes].filter(({ op }) => op === "onnx.BatchNormalization");
    return [...readiness, noteOf(norms.length)];
  },
  run: async (model, options, given) => {
    const tools = requireTraining(given, name);
    const readiness = readyForStatistics(model);
    const copy = copyFor(model, options.batch);
    const statistics = statisticsOf(copy);
    if (statistics.length > 0) setConstants(model, await estimate(model, copy, statistics, options, tools));
    return [...readiness, noteOf(statistics.length / 2)];
  },
};

function noteOf(norms: number): Note {
  if (norms === 0) return { kind: "left", text: "there is no batch norm: it was folded, or never there" };
  return { kind: "changed", text: `statistics of ${norms} batch norms estimated anew on training data` };
}

function copyFor(model: Model, batch: number): Model {
  const copy = cloneModel(model);
  upgradeOpset(copy, 21);
  return withFixedSizes(copy, { batch });
}

/** Puts batch norms in training mode; their batches' own statistics become outputs. */
function statisticsOf(model: Model): readonly RunningStatistic[] {
  const found = trainBatchNorms(model.graph, inferTypes(model), "cpu", () => true);
  model.graph.edit("batch statistics", (edit) => {
    for (const { batch } of found) edit.output(batch);
  });
  return found;
}

async function estimate(
  model: Model,
  copy: Model,
  statistics: readonly RunningStatistic[],
  { batch, batches }: z.output<typeof batchNormOptions>,
  { training, progress, seed }: TrainingPassTools,
): Promise<Tensors> {
  await using session = await training.open(copy);
  const fetch = statistics.map((each) => each.batch.name);
  const sums = new Map<Value, Float64Array>();
  let done = 0;
  for await (const { inputs } of training.batches(model, { batch, epoch: 0, augment: false, seed })) {
    const results = await session.run(inputs, { fetch });
    for (const each of statistics) addTo(sums, each.batch, results.get(each.batch.name)!);
    progress.report("batch statistics", ++done, batches);
    if (done === batches) break;
  }
  return new Map(statistics.map((each) => [each.name, meanOf(each, sums.get(each.batch)!, done)]));
}

function addTo(sums: Map<Value, Float64Array>, key: Value, tensor: Tensor): void {
  const sum = sums.get(key) ?? new Float64Array(float32s(tensor).length);
  for (const [i, element] of float32s(tensor).entries()) sum[i]! += element;
  sums.set(key, sum);
}

/** `gain ÷ rate` makes a sample's variance of the population's. */
function meanOf({ gain, rate }: RunningStatistic, sum: Float64Array, batches: number): Tensor {
  return tensorOf(
    "float32",
    [sum.length],
    Array.from(sum, (total) => (total / batches) * (gain / rate)),
  );
}
