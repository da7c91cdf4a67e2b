import { betaQuantile } from "./beta.ts";
import { confidence, type Interval, interval } from "./interval.ts";
import { z } from "./normal.ts";

/** Fewer successes or failures than this: near the edge. */
const fewest = 5;

/**
 * The interval of a proportion, such as top-1 accuracy.
 *
 * Away from the edges: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 * It holds the true value 94 to 97 times in 100 (Brown, Cai, DasGupta, "Interval estimation for a binomial proportion",
 * Statistical Science 16, 2001). Where successes or failures are fewer than 5 that is no longer sure, and Clopper and
 * Pearson's exact interval takes over (Biometrika 26, 1934): never below 95, and up to 99 times in 100.
 *
 * @param successes 0 … trials
 * @param trials at least 1
 */
export function proportionInterval(successes: number, trials: number): Interval {
  return Math.min(successes, trials - successes) < fewest
    ? clopperPearson(successes, trials)
    : wilson(successes, trials);
}

function clopperPearson(successes: number, trials: number): Interval {
  const tail = (1 - confidence) / 2;
  const low = successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1);
  const high = successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes);
  return interval(low, high);
}

function wilson(successes: number, trials: number): Interval {
  const share = successes / trials;
  const spread = z * Math.sqrt((share * (1 - share) + z ** 2 / (4 * trials)) / trials);
  const scale = 1 + z ** 2 / trials;
  const centre = share + z ** 2 / (2 * trials);
  return interval((centre - spread) / scale, (centre + spread) / scale);
}
