export { type Accuracy, type AccuracyOptions, evaluateAccuracy, type Outcomes } from "./accuracy.ts";
export { type AccuracyComparison, compareAccuracy } from "./compare-accuracy.ts";
export { type Host, hostOf } from "./host.ts";
export {
  type LatencyMeasurement,
  type LatencyOptions,
  type ModelLatency,
  measureLatency,
  type Scenario,
  type Throughput,
} from "./latency.ts";
export * from "./stats/index.ts";
