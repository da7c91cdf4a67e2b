import { abcInterval } from "./abc.ts";
import type { Interval } from "./interval.ts";

/**
 * A number that is computed from samples, as a function of how often each of them counts: all once for the value
 * itself, as often as drawn for a bootstrap resample, not at all for those that a jackknife leaves out.
 */
export interface Statistic {
  readonly samples: number;
  /** NaN where what is left does not define it: a rate over none. */
  value(weights: Weights): number;
  /** Set where the statistic is the share of samples with a 1 here: exact intervals and tests hold for it. */
  readonly successes?: Uint8Array;
  /** Set where a better interval than the bootstrap's is known. */
  readonly interval?: () => Interval | undefined;
}

/** By sample. */
export type Weights = ArrayLike<number>;

export function once(samples: number): Uint32Array {
  return new Uint32Array(samples).fill(1);
}

export function totalOf(weights: Weights): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  return total;
}

/** Σ weight · value. */
export function weightedSum(values: ArrayLike<number>, weights: Weights): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

/** The mean of one number a sample, sent through `then`: a square root, an exponential. */
export function meanOf(values: ArrayLike<number>, then: (mean: number) => number = (mean) => mean): Statistic {
  return ratioOfSums(values, undefined, then);
}

/** From so many samples on the interval is found without resamples: they would take seconds and show the same. */
const manySamples = 1000;

/** Σ top ÷ Σ bottom, with 1 for every sample where there is no bottom. */
export function ratioOfSums(
  top: ArrayLike<number>,
  bottom: ArrayLike<number> | undefined,
  then: (ratio: number) => number = (ratio) => ratio,
): Statistic {
  return {
    samples: top.length,
    value: (weights) =>
      then(weightedSum(top, weights) / (bottom === undefined ? totalOf(weights) : weightedSum(bottom, weights))),
    ...(top.length >= manySamples && { interval: () => abcInterval(top, bottom, then) }),
  };
}

/** The share of samples with a 1. */
export function shareOf(successes: Uint8Array): Statistic {
  const { samples, value } = meanOf(successes);
  return { samples, value, successes };
}
