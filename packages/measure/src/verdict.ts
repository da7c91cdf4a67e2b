/**
 * When two models differ.
 *
 * 1. Time, throughput, memory: on the interval of the ratio, with the margin m = the larger of 2 % and the noise floor.
 *    Worse above 1 + m, better below 1 ÷ (1 + m), the same where the whole interval lies between and reaches no further
 *    than 10 %, for a loud machine makes no two models the same; else it cannot be told.
 *    Of missed requests, on the interval of the difference, with one point for the 2 %.
 * 2. Accuracy: worse where the paired test rejects at 1 % and the drop exceeds 0.2 points; better the other way round; the
 *    same where the interval stays within 0.2 points.
 * 3. Size is exact: beyond 0.1 %.
 */
import type { Verdict } from "@pare/report";
import type { RatioEstimate } from "./stats/bootstrap.ts";
import type { Interval } from "./stats/interval.ts";

export interface Judgement {
  readonly verdict: Verdict;
  /** The smallest effect, as the value is, that would have been called worse; only where it cannot be told. */
  readonly smallestEffect?: number;
  /** Of a ratio: the noise floor, where it is more than 2 % and so the margin. */
  readonly noiseFloor?: number;
}

export const leastMargin = 0.02;

/** A wider margin than this shows no two models to be the same. */
export const widestMargin = 0.1;

/** What a ratio must exceed to count: 0.02 is two per cent. */
export function marginOf(noiseFloor: number): number {
  return Math.max(leastMargin, noiseFloor);
}

/** @param estimate head ÷ base of something of which less is better */
export function judgeRatio({ ratio, interval }: RatioEstimate, margin: number): Judgement {
  if (interval === undefined) return { verdict: "cannot-tell" };
  const [limit, near] = [1 + margin, 1 + Math.min(margin, widestMargin)];
  const floor = margin > leastMargin && { noiseFloor: margin };
  if (interval.low > limit) return { verdict: "worse", ...floor };
  if (interval.high < 1 / limit) return { verdict: "better", ...floor };
  if (interval.low >= 1 / near && interval.high <= near) return { verdict: "same", ...floor };
  return { verdict: "cannot-tell", smallestEffect: (limit * ratio) / interval.low, ...floor };
}

/** Of requests that may be missed, or more than that where the control reaches further. */
const leastShare = 0.01;

/** @param change head − base of a share of which less is better; `noiseFloor`: that of the base against itself */
export function judgeShare(
  { difference, interval }: { readonly difference: number; readonly interval: Interval },
  noiseFloor: number,
): Judgement {
  const margin = Math.max(leastShare, noiseFloor);
  if (interval.low > margin) return { verdict: "worse" };
  if (interval.high < -margin) return { verdict: "better" };
  if (interval.low >= -leastShare && interval.high <= leastShare) return { verdict: "same" };
  return { verdict: "cannot-tell", smallestEffect: margin + difference - interval.low };
}

export interface AccuracyChange {
  /** Head − base, of something of which more is better. */
  readonly difference: number;
  readonly interval: Interval;
  readonly pValue: number;
}

export interface AccuracyLimits {
  /** Default 0.01. */
  readonly significance?: number;
  /** Default 0.002: 0.2 points. */
  readonly drop?: number;
}

export function judgeAccuracy(change: AccuracyChange, limits: AccuracyLimits = {}): Judgement {
  const { significance = 0.01, drop = 0.002 } = limits;
  const { difference, interval, pValue } = change;
  if (pValue < significance && Math.abs(difference) > drop) return { verdict: difference < 0 ? "worse" : "better" };
  if (interval.low >= -drop && interval.high <= drop) return { verdict: "same" };
  const reach = Math.max(difference - interval.low, interval.high - difference);
  return { verdict: "cannot-tell", smallestEffect: -Math.max(reach, drop) };
}

export function judgeSize(baseBytes: number, headBytes: number, limit = 0.001): Judgement {
  const growth = headBytes - baseBytes;
  if (Math.abs(growth) <= baseBytes * limit) return { verdict: "same" };
  return { verdict: growth > 0 ? "worse" : "better" };
}
