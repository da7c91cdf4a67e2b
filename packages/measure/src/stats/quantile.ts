import { binomialAtMost } from "./beta.ts";
import { confidence, type Interval, interval } from "./interval.ts";

export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The middle value, or the mean of the two in the middle. NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  const order = sorted(values);
  const middle = order.length >> 1;
  return order.length % 2 === 1 ? order[middle]! : (order[middle - 1]! + order[middle]!) / 2;
}

/**
 * Interval of the median of whatever distribution the values come from: the r-th smallest and the r-th largest, r as
 * large as P(binomial(n, 1/2) < r) ≤ 2.5 % allows (David and Nagaraja, "Order statistics", 3rd edition, 2003, section
 * 7.1). Values that are worth fewer independent ones have r chosen for that number and scaled up to theirs. Undefined
 * below 6: no two values hold the median 95 times in 100.
 *
 * @param effective how many independent values they are worth; default: all of them are
 */
export function medianInterval(values: ArrayLike<number>, effective = values.length): Interval | undefined {
  const order = sorted(values);
  const count = Math.floor(Math.min(effective, order.length));
  const tail = (1 - confidence) / 2;
  let rank = Math.max(0, Math.floor(count / 2 - Math.sqrt(count) - 1));
  while (binomialAtMost(rank, count, 0.5) <= tail) rank++;
  if (rank === 0) return undefined;
  const place = Math.max(1, Math.floor((rank / count) * order.length));
  return interval(order[place - 1]!, order[order.length - place]!);
}

/**
 * Of the statement "the percentile is at most `upper`". Both limits are order statistics, their ranks chosen as those of
 * `medianInterval`.
 */
const percentileConfidence = 0.99;

export interface Percentile {
  /** 0.99 for p99. */
  readonly level: number;
  /** The smallest value that a share of at least `level` of the values does not exceed. */
  readonly value: number;
  /** With 99 % confidence the percentile is not above this. */
  readonly upper: number;
  /** Two-sided. */
  readonly interval: Interval;
}

/**
 * How many values it takes to bound a percentile from above with 99 % confidence: the largest of n exceeds it unless
 * all n are below, level^n ≤ 1 %. 7 for p50, 44 for p90, 90 for p95, 459 for p99.
 */
export function samplesNeeded(level: number): number {
  return Math.ceil(Math.log(1 - percentileConfidence) / Math.log(level));
}

/**
 * Undefined where there are too few values to say anything about it: see `samplesNeeded`.
 * @param effective how many independent values they are worth; default: all of them are
 */
export function percentile(
  values: ArrayLike<number>,
  level: number,
  effective = values.length,
): Percentile | undefined {
  const count = Math.floor(Math.min(effective, values.length));
  if (count < samplesNeeded(level)) return undefined;
  const order = sorted(values);
  const valueAt = (rank: number) => order[Math.ceil((rank / count) * order.length) - 1]!;
  const low = lowerRank(count, level, (1 - confidence) / 2);
  return {
    level,
    value: order[rankOf(level, order.length) - 1]!,
    upper: valueAt(upperRank(count, level, percentileConfidence)),
    interval: interval(
      order[Math.max(1, Math.floor((low / count) * order.length)) - 1]!,
      valueAt(upperRank(count, level, (1 + confidence) / 2)),
    ),
  };
}

/** Of the smallest of `count` values that a share of at least `level` does not exceed; from 1. */
export function rankOf(level: number, count: number): number {
  return Math.max(1, Math.ceil(Number((level * count).toPrecision(12))));
}

/** The smallest rank whose value is at least the percentile with probability `sure`. */
function upperRank(count: number, level: number, sure: number): number {
  let rank = rankOf(level, count);
  while (binomialAtMost(rank - 1, count, level) < sure) rank++;
  return rank;
}

/** The largest rank whose value exceeds the percentile at most with probability `tail`; 1 where there is none. */
function lowerRank(count: number, level: number, tail: number): number {
  let rank = rankOf(level, count);
  while (rank > 1 && binomialAtMost(rank - 1, count, level) > tail) rank--;
  return rank;
}
