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
  /** That of p50 in `percentiles`, where that is given; from six independent runs. */
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

/**
 * What the counted runs tell. How many independent ones they are worth is found for each percentile by itself, so that the
 * percentiles would contradict each other without two rules:
 *
 * 1. One is given only where all lower ones are. One that is not for that reason alone counts as many independent runs as
 *    the lower one.
 * 2. What is no lower than p90 cannot be below p90: a lower bound holds for all higher percentiles, an upper bound for all
 *    lower ones, and each has the best that it gets. No bound is wrong but where one of the percentiles' own is.
 *
 * @param samplesARun what one run of the model predicts
 */
export function summariseRuns(blocksMs: readonly Float64Array[], samplesARun: number): ModelLatency {
  const all = Float64Array.from(blocksMs.flatMap((block) => [...block]));
  const medianMs = median(all);
  const estimates = estimatePercentiles(all);
  const range = estimates[0]!.estimate?.interval ?? medianInterval(all, estimates[0]!.effectiveRuns);
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
export function estimatePercentiles(runs: ArrayLike<number>): readonly PercentileEstimate[] {
  return withSharedBounds(givenInOrder(percentileLevels.map((level) => estimatePercentile(runs, level))));
}

/** Rule 1. */
function givenInOrder(estimates: readonly PercentileEstimate[]): readonly PercentileEstimate[] {
  const missing = estimates.find(({ estimate }) => estimate === undefined);
  if (missing === undefined) return estimates;
  return estimates.map((each) => {
    if (each.level <= missing.level || each.estimate === undefined) return each;
    return { ...each, effectiveRuns: missing.effectiveRuns, estimate: undefined };
  });
}

/** Rule 2. */
function withSharedBounds(estimates: readonly PercentileEstimate[]): readonly PercentileEstimate[] {
  const given = estimates.flatMap(({ estimate }) => estimate ?? []);
  const bounded = ({ estimate, ...rest }: PercentileEstimate): PercentileEstimate => {
    if (estimate === undefined) return { ...rest, estimate };
    const lower = given.filter(({ level }) => level <= estimate.level);
    const higher = given.filter(({ level }) => level >= estimate.level);
    const low = Math.max(...lower.map(({ interval }) => interval.low));
    const high = Math.min(...higher.map(({ interval }) => interval.high));
    const upper = Math.min(...higher.map((each) => each.upper));
    return { ...rest, estimate: { ...estimate, upper, interval: interval(low, high) } };
  };
  return estimates.map(bounded);
}

/** By itself, without those rules. @param runs in the order in which they ran */
export function estimatePercentile(runs: ArrayLike<number>, level: number): PercentileEstimate {
  const order = sorted(runs);
  const limit = order[Math.max(0, Math.ceil(level * order.length) - 1)]!;
  const effectiveRuns = Math.floor(effectiveCountAbove(runs, limit));
  const estimate = percentile(runs, level, effectiveRuns);
  // The median has one interval, not two.
  const middle = level === 0.5 ? medianInterval(runs, effectiveRuns) : undefined;
  return {
    ...{ level, effectiveRuns, neededRuns: samplesNeeded(level) },
    estimate: estimate && { ...estimate, ...(middle && { interval: middle }) },
  };
}
