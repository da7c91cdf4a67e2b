export { type Drop, dropOf, isJudgedByNoise, noiseMetric } from "./drop.ts";
export { type EvaluateOptions, type Evaluation, evaluateModels } from "./evaluate.ts";
export {
  type DatasetFeedOptions,
  type DatasetFeeds,
  datasetFeeds,
  type EpochOptions,
  type Fed,
  type Feed,
  type FeedSource,
  type Runner,
} from "./feeds.ts";
export { isNumeric } from "./fidelity-recorder.ts";
export { type RandomFeedOptions, randomFeeds } from "./random-feeds.ts";
export { compareEvaluations, metricsOf, valuesOf } from "./results.ts";
export type { Activation } from "./scores.ts";
