import { randomStream } from "@pare/data";
import { confidence, type Interval, interval } from "./interval.ts";
import { median, sorted } from "./quantile.ts";

/** Runs of two models in the same rounds: `base[i]` and `head[i]` were taken one directly after the other. */
export interface PairedBlocks {
  readonly base: readonly ArrayLike<number>[];
  readonly head: readonly ArrayLike<number>[];
}

export interface RatioEstimate {
  /** Median of all head values ÷ median of all base values. */
  readonly ratio: number;
  /** Undefined below 6 rounds. */
  readonly interval: Interval | undefined;
}

/** Fewer rounds than this hold too few different resamples. */
export const fewestBlocks = 6;

/**
 * The ratio of two medians, with a percentile bootstrap over rounds (Efron and Tibshirani, "An introduction to the
 * bootstrap", 1993, chapters 8 and 13). Whole rounds are drawn, both models' blocks together, because runs within a
 * block resemble each other and what disturbs a round disturbs both models.
 *
 * @param seed of the draws: the same blocks and seed give the same interval
 */
export function ratioOfMedians({ base, head }: PairedBlocks, seed: number, resamples = 2000): RatioEstimate {
  const rounds = base.length;
  const all = Array.from({ length: rounds }, (_, i) => i);
  const ratioOver = (drawn: readonly number[]) => median(pooled(head, drawn)) / median(pooled(base, drawn));
  const ratio = ratioOver(all);
  if (rounds < fewestBlocks) return { ratio, interval: undefined };
  const random = randomStream(seed, 200, 0);
  const ratios = sorted(Array.from({ length: resamples }, () => ratioOver(all.map(() => random.below(rounds)))));
  const tail = (1 - confidence) / 2;
  const at = (share: number) => ratios[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  return { ratio, interval: interval(at(tail), at(1 - tail)) };
}

function pooled(blocks: readonly ArrayLike<number>[], drawn: readonly number[]): Float64Array {
  const result = new Float64Array(drawn.reduce((sum, i) => sum + blocks[i]!.length, 0));
  let offset = 0;
  for (const i of drawn) {
    result.set(blocks[i]!, offset);
    offset += blocks[i]!.length;
  }
  return result;
}
