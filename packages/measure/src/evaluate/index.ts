export { type EvaluateOptions, type Evaluation, evaluateModels } from "./evaluate.ts";
export { type DatasetFeedOptions, datasetFeeds, type Feed, type FeedSource } from "./feeds.ts";
export { type RandomFeedOptions, randomFeeds } from "./random-feeds.ts";
export { compareEvaluations, metricsOf } from "./results.ts";
export type { Activation } from "./scores.ts";
