/**
 * Numbers with intervals, and models against each other on the same samples.
 *
 * 1. A share of samples has the interval of a proportion, and the exact McNemar test between two models.
 * 2. Where a metric knows a better interval than the bootstrap's, or the same in less time, it is taken: the area under
 *    the ROC curve, means of many samples.
 * 3. Everything else is resampled: BCa intervals; between two models the difference, drawn in pairs.
 */
import { unpairedError } from "../errors.ts";
import type { Interval } from "../stats/interval.ts";
import { mcnemarTest, pairedCounts, pairedDifferenceInterval } from "../stats/paired.ts";
import { proportionInterval } from "../stats/proportion.ts";
import { bootstrapPValue, resample } from "../stats/resample.ts";
import { once, type Statistic, totalOf } from "../stats/statistic.ts";

export interface Estimate {
  readonly value: number;
  /** Undefined where the samples are too few, or do not define the metric. */
  readonly interval: Interval | undefined;
}

export interface PairedEstimate {
  /** Head − base. */
  readonly difference: number;
  readonly interval: Interval | undefined;
  /** Two-sided: how likely so large a difference is if there is none. Undefined where the metric is. */
  readonly pValue: number | undefined;
  readonly test: "mcnemar" | "bootstrap";
}

/** @param statistics all of the same samples */
export function estimate(statistics: readonly Statistic[], seed: number): readonly Estimate[] {
  const drawn = resample(statistics.filter(isResampled), seed);
  let next = 0;
  return statistics.map((statistic): Estimate => {
    if (isResampled(statistic)) return drawn[next++]!;
    const { samples, successes, interval } = statistic;
    const value = statistic.value(once(samples));
    return { value, interval: successes ? proportionInterval(totalOf(successes), samples) : interval?.() };
  });
}

function isResampled({ successes, interval }: Statistic): boolean {
  return successes === undefined && interval === undefined;
}

/** @throws MEASURE_PAIRS where the numbers of samples differ */
export function compareStatistics(
  pairs: readonly (readonly [base: Statistic, head: Statistic])[],
  seed: number,
): readonly PairedEstimate[] {
  for (const [base, head] of pairs) if (base.samples !== head.samples) throw unpairedError(base.samples, head.samples);
  const resampled = pairs.filter((pair) => !areShares(pair)).map(differenceOf);
  const drawn = resample(resampled, seed);
  let next = 0;
  return pairs.map((pair): PairedEstimate => {
    const exact = mcnemar(pair);
    if (exact !== undefined) return exact;
    const { value, values, interval } = drawn[next++]!;
    const pValue = Number.isNaN(value) ? undefined : bootstrapPValue(values);
    return { difference: value, interval, pValue, test: "bootstrap" };
  });
}

function areShares([base, head]: readonly [Statistic, Statistic]): boolean {
  return base.successes !== undefined && head.successes !== undefined;
}

export function differenceOf([base, head]: readonly [Statistic, Statistic]): Statistic {
  return { samples: base.samples, value: (weights) => head.value(weights) - base.value(weights) };
}

function mcnemar([base, head]: readonly [Statistic, Statistic]): PairedEstimate | undefined {
  if (base.successes === undefined || head.successes === undefined) return undefined;
  const counts = pairedCounts(base.successes, head.successes);
  return {
    difference: (counts.gained - counts.lost) / counts.samples,
    interval: pairedDifferenceInterval(counts),
    pValue: mcnemarTest(counts),
    test: "mcnemar",
  };
}
