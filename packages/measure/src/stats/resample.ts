/**
 * Intervals and tests by drawing the samples again (Efron and Tibshirani, "An introduction to the bootstrap", 1993):
 * what a statistic does under resampling is what it would do under other samples.
 *
 * 1. The interval is BCa (chapter 14): percentiles of the resampled values, moved by how biased they are (z₀) and by
 *    how their spread changes with the value (the acceleration, from a jackknife).
 * 2. Statistics on the same samples share their resamples: two models are drawn together, sample by sample.
 * 3. The same samples, statistics and seed give the same interval.
 * 4. A resample that does not define the statistic (a rate over none) is left out; with one in ten of them there is no
 *    interval.
 */
import { seededRandom } from "@pare/pass";
import { confidence, type Interval, interval } from "./interval.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { sorted } from "./quantile.ts";
import { once, type Statistic, totalOf } from "./statistic.ts";

export const defaultResamples = 2000;
const jackknifeGroups = 200;
/** One resample more would not make the interval any narrower: nothing is drawn of fewer samples. */
const fewestSamples = 5;

export interface Resampled {
  readonly value: number;
  /** Ascending, those that are numbers. */
  readonly values: Float64Array;
  readonly interval: Interval | undefined;
}

/** @param statistics all of the same samples */
export function resample(
  statistics: readonly Statistic[],
  seed: number,
  resamples = defaultResamples,
): readonly Resampled[] {
  const [first] = statistics;
  if (first === undefined) return [];
  const drawn = statistics.map(() => new Float64Array(resamples));
  const draw = drawer(first.samples, seed);
  for (let i = 0; i < resamples; i++) {
    const weights = draw();
    for (const [k, statistic] of statistics.entries()) drawn[k]![i] = statistic.value(weights);
  }
  return statistics.map((statistic, k) => summarise(statistic, drawn[k]!));
}

/** Each call: how often each of n samples is in n draws with replacement. The array is the same one every time. */
function drawer(samples: number, seed: number): () => Uint32Array {
  const random = seededRandom(seed);
  const weights = new Uint32Array(samples);
  return () => {
    weights.fill(0);
    for (let i = 0; i < samples; i++) weights[Math.floor(random() * samples)]!++;
    return weights;
  };
}

function summarise(statistic: Statistic, drawn: Float64Array): Resampled {
  const value = statistic.value(once(statistic.samples));
  const values = sorted(drawn.filter((each) => !Number.isNaN(each)));
  const isEnough = statistic.samples >= fewestSamples && values.length > drawn.length * 0.9;
  return { value, values, interval: isEnough ? bcaInterval(statistic, value, values) : undefined };
}

function bcaInterval(statistic: Statistic, value: number, values: Float64Array): Interval | undefined {
  if (Number.isNaN(value)) return undefined;
  const [least, most] = [values[0]!, values.at(-1)!];
  if (least === most) return interval(least, most);
  const below = (countBelow(values, value) + countUpTo(values, value)) / 2;
  // A value at the very end of its resamples says that the bias is large, not that it is infinite.
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), values.length - 0.5) / values.length);
  const acceleration = accelerationOf(statistic);
  const at = (share: number) => {
    const moved = bias + normalQuantile(share);
    return quantile(values, normalCdf(bias + moved / (1 - acceleration * moved)));
  };
  const tail = (1 - confidence) / 2;
  return interval(at(tail), at(1 - tail));
}

function countBelow(values: Float64Array, limit: number): number {
  const index = values.findIndex((value) => value >= limit);
  return index === -1 ? values.length : index;
}

function countUpTo(values: Float64Array, limit: number): number {
  const index = values.findIndex((value) => value > limit);
  return index === -1 ? values.length : index;
}

/** Of ascending values: between two neighbours in proportion. */
export function quantile(values: Float64Array, share: number): number {
  const place = Math.min(Math.max(share * (values.length + 1) - 1, 0), values.length - 1);
  const [lower, upper] = [values[Math.floor(place)]!, values[Math.ceil(place)]!];
  return lower === upper ? lower : lower + (upper - lower) * (place - Math.floor(place));
}

/** Skewness of the jackknife values ÷ 6: samples are left out alone, or in at most 200 groups where there are more. */
function accelerationOf({ samples, value }: Statistic): number {
  const groups = Math.min(samples, jackknifeGroups);
  const weights = once(samples);
  const without = Float64Array.from({ length: groups }, (_, group) => {
    for (let i = group; i < samples; i += groups) weights[i] = 0;
    const left = value(weights);
    for (let i = group; i < samples; i += groups) weights[i] = 1;
    return left;
  }).filter((each) => Number.isFinite(each));
  const mean = totalOf(without) / without.length;
  const [squares, cubes] = [2, 3].map((power) => without.reduce((sum, each) => sum + (mean - each) ** power, 0));
  return squares === 0 ? 0 : cubes! / (6 * squares! ** 1.5);
}

/** Two-sided: how seldom resamples are as far on the other side of zero. At least 2 ÷ (their number + 1). */
export function bootstrapPValue(values: Float64Array): number {
  const atMost = countUpTo(values, 0);
  const atLeast = values.length - countBelow(values, 0);
  return Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (values.length + 1));
}
