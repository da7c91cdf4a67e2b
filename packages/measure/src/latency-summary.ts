import { effectiveCountAbove } from "./stats/autocorrelation.ts";
import { type Interval, interval } from "./stats/interval.ts";
import { median, medianInterval, type Percentile, percentile, samplesNeeded, sorted } from "./stats/quantile.ts";

export interface Throughput {
  /** Samples a second, from the median run. */
  readonly perSecond: number;
  readonly interval: Interval | undefined;
}

/** A percentile that was asked for, given or not. */
export interface PercentileEstimate {
  readonly level: number;
  /** How many independent runs the counted ones are worth: neighbours resemble each other. */
  readonly effectiveRuns: number;
  /** Independent runs that it takes to bound this percentile. */
  readonly neededRuns: number;
  /** Undefined where there are too few. */
  readonly estimate: Percentile | undefined;
}

export interface ModelLatency {
  /** Median of all counted runs. */
  readonly medianMs: number;
  readonly interval: Interval | undefined;
  /** Those of p50, p90, p95, p99 that the effective number of runs can bound. */
  readonly percentiles: readonly Percentile[];
  /** All four, with what each of them stands on. */
  readonly estimates: readonly PercentileEstimate[];
  readonly throughput: Throughput;
  /** Counted runs. */
  readonly runs: number;
  /** Their durations by block. */
  readonly blocksMs: readonly Float64Array[];
}

export const percentileLevels: readonly number[] = [0.5, 0.9, 0.95, 0.99];

/** @param samplesARun what one run of the model predicts */
export function summariseRuns(blocksMs: readonly Float64Array[], samplesARun: number): ModelLatency {
  const all = Float64Array.from(blocksMs.flatMap((block) => [...block]));
  const medianMs = median(all);
  const estimates = percentileLevels.map((level) => estimatePercentile(all, level));
  const range = medianInterval(all, estimates[0]!.effectiveRuns);
  const perSecond = (ms: number) => (samplesARun * 1000) / ms;
  return {
    medianMs,
    interval: range,
    percentiles: estimates.flatMap(({ estimate }) => estimate ?? []),
    estimates,
    throughput: {
      perSecond: perSecond(medianMs),
      interval: range && interval(perSecond(range.high), perSecond(range.low)),
    },
    runs: all.length,
    blocksMs,
  };
}

/** @param runs in the order in which they ran */
export function estimatePercentile(runs: ArrayLike<number>, level: number): PercentileEstimate {
  const order = sorted(runs);
  const limit = order[Math.max(0, Math.ceil(level * order.length) - 1)]!;
  const effectiveRuns = Math.floor(effectiveCountAbove(runs, limit));
  return { level, effectiveRuns, neededRuns: samplesNeeded(level), estimate: percentile(runs, level, effectiveRuns) };
}
