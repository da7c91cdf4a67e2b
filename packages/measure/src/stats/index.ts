export { effectiveCount } from "./autocorrelation.ts";
export { type PairedBlocks, type RatioEstimate, ratioOfMedians, ratioOfPercentiles } from "./bootstrap.ts";
export { confidence, type Interval } from "./interval.ts";
export { mcnemarTest, type PairedCounts, pairedDifferenceInterval } from "./paired.ts";
export { proportionInterval } from "./proportion.ts";
export { median, medianInterval, type Percentile, percentile, samplesNeeded } from "./quantile.ts";
