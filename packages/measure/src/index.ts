export { type ComparedMetric, compareOutcomes } from "./compare-outcomes.ts";
export { type ComparedSpeed, type CompareSpeedOptions, compareSpeed } from "./compare-speed.ts";
export * from "./evaluate/index.ts";
export {
  type FreshStartOptions,
  type FreshStarts,
  measureFreshStarts,
  peakMemoryRatio,
  type StartRatio,
  startRatio,
} from "./fresh-starts.ts";
export { type Host, hostOf } from "./host.ts";
export {
  type LatencyMeasurement,
  type LatencyOptions,
  measureLatency,
  type Scenario,
} from "./latency.ts";
export { type ModelLatency, type PercentileEstimate, percentileLevels, type Throughput } from "./latency-summary.ts";
export type { Drops } from "./load/drops.ts";
export { allowedDrops, type LoadScenario, type ModelLoad } from "./load/measure-load.ts";
export type { RateEstimate } from "./load/rate.ts";
export {
  type ModelSpeed,
  measureSpeed,
  type SpeedMeasurement,
  type SpeedOptions,
  type SpeedScenario,
  speedKeys,
} from "./measure-speed.ts";
export * from "./metrics/index.ts";
export {
  judgeSpeed,
  type SpeedChange,
  type SpeedKey,
  type SpeedMetric,
  type SpeedValue,
  speedMetricOf,
} from "./speed-metric.ts";
export * from "./stats/index.ts";
export {
  type AccuracyChange,
  type AccuracyLimits,
  type Judgement,
  judgeAccuracy,
  judgeRatio,
  judgeShare,
  judgeSize,
  leastMargin,
  marginOf,
} from "./verdict.ts";
