import { classOf, type Dataset, keepDecoded } from "@pare/data";
import type { Model } from "@pare/ir";
import { automatic, evaluateModels, valuesOf } from "@pare/measure";
import type { CheckpointStore, Device, ImageForm, TrainingScore, TrainingTools } from "@pare/pass";
import { isMetricModule } from "@pare/recipe";
import { openForEvaluation } from "../evaluate/open-model.ts";
import { loadUserMetrics } from "../evaluate/user-metrics.ts";
import { transformOf } from "../run/data.ts";
import type { World } from "../run/tools.ts";
import { feedsOf } from "./feeds.ts";
import type { LearningData } from "./learning-data.ts";
import { batchMemories, trainingBatches } from "./training-batches.ts";

export interface TrainingSettings {
  /** ONNX Runtime device of the step. */
  readonly device: Device;
  readonly checkpoints: CheckpointStore;
  /** Of the steps since the original. */
  readonly epochsBefore: number;
}

/** Bytes of decoded samples that stay in temporary files, which may be in memory: CIFAR-10 has 154 million. */
const mostDecoded = 192 * 1024 * 1024;
const mostDecodedToJudge = 32 * 1024 * 1024;

const plainImages: ImageForm = { layout: "NCHW", order: "RGB", scale: 1 / 255, mean: [0], std: [1] };

/** What training may ask of a recipe's data and of the engine; undefined where the recipe has no training data. */
export function createTraining(
  data: LearningData,
  world: World,
  { device, checkpoints, epochsBefore }: TrainingSettings,
): TrainingTools | undefined {
  if (data.training === undefined) return undefined;
  const { engine, progress, signal } = world;
  const training = keepDecoded(data.training, mostDecoded);
  const memories = batchMemories();
  const validation = keepDecoded(data.validation, mostDecodedToJudge);
  return {
    samples: training.length,
    classes: training.classes,
    images: { ...plainImages, ...transformOf(data.recipe) },
    isAugmented: data.recipe.data.augment !== undefined,
    batches: (model, options) => trainingBatches(model, training, { ...data, memories }, options),
    evaluate: (model) => score(model, { ...data, validation }, world),
    device,
    open: (model, options = {}) => engine.open(model, { device, signal, waiting: "sleep", ...options }),
    ...{ epochsBefore, checkpoints, progress, signal },
  };
}

/** By the recipe's first metric; where targets are classes the cross-entropy comes along. */
async function score(model: Model, data: LearningData, world: World): Promise<TrainingScore> {
  const { recipe, validation, folder } = data;
  const { metrics, output, activation } = recipe.evaluate;
  const [first = automatic] = metrics;
  const isOwn = isMetricModule(first);
  const loss = (await areClasses(validation)) ? ["loss"] : [];
  const feeds = feedsOf(validation, data);
  const { session } = await openForEvaluation(model, world, feeds);
  await using _ = session;
  const [evaluation] = await evaluateModels([session], feeds, {
    metrics: [...(isOwn ? [] : [first]), ...loss],
    userMetrics: isOwn ? await loadUserMetrics([first], folder) : [],
    activation,
    ...(output !== undefined && { output }),
    signal: world.signal,
  });
  const values = valuesOf(evaluation!);
  const chosen = values.find(({ name }) => !isOwn || !loss.includes(name))!;
  return {
    ...{ metric: chosen.name, value: chosen.value, better: chosen.better, unit: chosen.unit },
    samples: evaluation!.samples,
    loss: values.find(({ name }) => loss.includes(name))?.value,
  };
}

async function areClasses(dataset: Dataset): Promise<boolean> {
  return dataset.length > 0 && classOf((await dataset.sample(0)).target) >= 0;
}
