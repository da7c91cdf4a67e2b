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
 * Interval of the median of whatever distribution independent values come from: the r-th smallest and the r-th largest,
 * r as large as P(binomial(n, 1/2) < r) ≤ 2.5 % allows (David and Nagaraja, "Order statistics", 3rd edition, 2003,
 * section 7.1). Undefined below 6 values: no two of them hold the median 95 times in 100.
 */
export function medianInterval(values: ArrayLike<number>): Interval | undefined {
  const order = sorted(values);
  const tail = (1 - confidence) / 2;
  let rank = 0;
  while (binomialAtMost(rank, order.length, 0.5) <= tail) rank++;
  return rank === 0 ? undefined : interval(order[rank - 1]!, order[order.length - rank]!);
}

/** Of the statement "the percentile is at most `upper`". */
const percentileConfidence = 0.99;

export interface Percentile {
  /** 0.99 for p99. */
  readonly level: number;
  /** The smallest value that a share of at least `level` of the values does not exceed. */
  readonly value: number;
  /** With 99 % confidence the percentile is not above this. */
  readonly upper: number;
}

/**
 * How many values it takes to bound a percentile from above with 99 % confidence: the largest of n exceeds it unless
 * all n are below, level^n ≤ 1 %. 7 for p50, 44 for p90, 90 for p95, 459 for p99.
 */
export function samplesNeeded(level: number): number {
  return Math.ceil(Math.log(1 - percentileConfidence) / Math.log(level));
}

/** Undefined where there are too few values to say anything about it: see `samplesNeeded`. */
export function percentile(values: ArrayLike<number>, level: number): Percentile | undefined {
  const count = values.length;
  if (count < samplesNeeded(level)) return undefined;
  const order = sorted(values);
  // Rounded first: 0.95 · 20 is 19, not a hair more.
  const rank = Math.ceil(Number((level * count).toPrecision(12)));
  let upperRank = rank;
  while (binomialAtMost(upperRank - 1, count, level) < percentileConfidence) upperRank++;
  return { level, value: order[rank - 1]!, upper: order[upperRank - 1]! };
}
