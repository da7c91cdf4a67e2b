export { automatic, type LabelOutcomes, type MetricInfo, metricCatalog, type Outcomes } from "./catalog.ts";
export type { ClassOutcomes } from "./class-outcomes.ts";
export { confusionMatrix } from "./confusion.ts";
export { decodeOutcomes, encodeOutcomes } from "./encode-outcomes.ts";
export { compareStatistics, type Estimate, estimate, type PairedEstimate } from "./estimate.ts";
export { type FidelityOutcomes, type NoiseShares, noiseShares, worstSample } from "./fidelity.ts";
export type { TokenOutcomes } from "./language.ts";
export type { ValueOutcomes } from "./regression.ts";
export { defineMetric, type UserMetric, type UserSample, type UserTensor } from "./user-metric.ts";
