import { betaQuantile } from "./beta.ts";
import { confidence, type Interval, interval } from "./interval.ts";

/**
 * The interval of a proportion, such as top-1 accuracy: Clopper and Pearson, "The use of confidence or fiducial limits
 * illustrated in the case of the binomial", Biometrika 26 (1934).
 *
 * Why this one: its coverage is never below 95 %. Wilson's interval is shorter, but holds 95 % only on average and drops
 * well below for proportions near 0 or 1 (Brown, Cai, DasGupta, "Interval estimation for a binomial proportion",
 * Statistical Science 16, 2001, section 3), which is where good accuracies are. At 2,000 samples the price is about
 * half a sample on either side.
 *
 * @param successes 0 … trials
 * @param trials at least 1
 */
export function proportionInterval(successes: number, trials: number): Interval {
  const tail = (1 - confidence) / 2;
  const low = successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1);
  const high = successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes);
  return interval(low, high);
}
