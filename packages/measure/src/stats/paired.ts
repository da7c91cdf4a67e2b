import { binomialAtMost } from "./beta.ts";
import { type Interval, interval } from "./interval.ts";
import { z } from "./normal.ts";

/** The same samples judged twice, by a base and by a head. */
export interface PairedCounts {
  readonly samples: number;
  /** Wrong by the base, right by the head. */
  readonly gained: number;
  /** Right by the base, wrong by the head. */
  readonly lost: number;
}

/**
 * The exact McNemar test, two-sided: the chance of a split at least as uneven as gained : lost if both models were
 * right equally often. 1 where no sample changed.
 * McNemar, Psychometrika 12 (1947); exact form: Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs
 * data", BMC Medical Research Methodology 13:91 (2013), equation 2.
 */
export function mcnemarTest({ gained, lost }: PairedCounts): number {
  return Math.min(1, 2 * binomialAtMost(Math.min(gained, lost), gained + lost, 0.5));
}

/**
 * Interval of the difference of two accuracies on the same samples (head − base): Tango's score interval, Statistics in
 * Medicine 17 (1998), 891–908, recommended by Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), 2850–2875.
 * Its limits are the differences that a score test just does not reject; found by bisection.
 */
export function pairedDifferenceInterval(counts: PairedCounts): Interval {
  return interval(pairedDifferenceLimit(counts, -1, z), pairedDifferenceLimit(counts, 1, z));
}

/**
 * One end of that interval, `end` −1: the lower one.
 * @param z standard errors: 1.96 for one end of a two-sided 95 % interval, 1.2816 for a one-sided bound at 90 %
 */
export function pairedDifferenceLimit(counts: PairedCounts, end: -1 | 1, z: number): number {
  // Between the estimate, which the test accepts, and the end: the last difference that it accepts.
  const estimate = (counts.gained - counts.lost) / counts.samples;
  let [accepted, rejected]: [number, number] = [estimate, end];
  for (let i = 0; i < 60; i++) {
    const middle = (accepted + rejected) / 2;
    if (Math.abs(score(counts, middle)) <= z) accepted = middle;
    else rejected = middle;
  }
  return accepted;
}

/** Which samples two models differ on; each array has a 1 where the model is right. */
export function pairedCounts(base: Uint8Array, head: Uint8Array): PairedCounts {
  const counts = { samples: base.length, gained: 0, lost: 0 };
  for (let i = 0; i < base.length; i++) {
    if (base[i] === 0 && head[i] === 1) counts.gained++;
    if (base[i] === 1 && head[i] === 0) counts.lost++;
  }
  return counts;
}

/** Tango's statistic: how many standard errors the counts are from a true difference of `difference`. */
function score({ samples, gained, lost }: PairedCounts, difference: number): number {
  const distance = gained - lost - samples * difference;
  // The likeliest share of lost samples under that difference: the larger root of a quadratic.
  const linear = (2 * samples - gained + lost) * difference - gained - lost;
  const constant = -lost * difference * (1 - difference);
  const lostShare = (Math.sqrt(linear ** 2 - 8 * samples * constant) - linear) / (4 * samples);
  const variance = samples * (2 * lostShare + difference * (1 - difference));
  return distance === 0 ? 0 : distance / Math.sqrt(Math.max(variance, 0));
}
