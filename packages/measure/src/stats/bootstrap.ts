import { type RandomStream, randomStream } from "@pare/data";
import { effectiveCount } from "./autocorrelation.ts";
import { type Interval, interval } from "./interval.ts";
import { normalCdf, z } from "./normal.ts";
import { median, sorted } from "./quantile.ts";

/** Runs of two models in the same rounds: `base[i]` and `head[i]` were taken one directly after the other. */
export interface PairedBlocks {
  readonly base: readonly ArrayLike<number>[];
  readonly head: readonly ArrayLike<number>[];
}

export interface RatioEstimate {
  /** Median of the head's values ÷ median of the base's, each in units of its round. */
  readonly ratio: number;
  /** Undefined below 6 rounds. */
  readonly interval: Interval | undefined;
}

/** Fewer rounds than this hold too few different resamples. */
export const fewestBlocks = 6;

/**
 * The ratio of two medians, with a percentile bootstrap over rounds (Efron and Tibshirani, "An introduction to the
 * bootstrap", 1993, chapters 8 and 13). Whole rounds are drawn, both models' blocks together, because runs within a
 * block resemble each other and what disturbs a round disturbs both models. Before that each round's runs are divided by
 * the round's own level, the geometric mean of the two blocks' medians: a machine that is half as fast for a while slows
 * both models and leaves the ratio as it is. Rounds whose ratios resemble those before them are worth fewer: the interval
 * is stretched by the root of how many fewer.
 *
 * @param seed of the draws: the same blocks and seed give the same interval
 */
export function ratioOfMedians({ base, head }: PairedBlocks, seed: number, resamples = 2000): RatioEstimate {
  const rounds = base.length;
  const levels = base.map((block, i) => Math.sqrt(median(block) * median(head[i]!)));
  const atLevel = (blocks: readonly ArrayLike<number>[]) =>
    blocks.map((block, i) => Float64Array.from(block, (value) => value / levels[i]!));
  const [baseMedian, headMedian] = [resampledMedian(atLevel(base)), resampledMedian(atLevel(head))];
  const ratioOver = (draws: Uint32Array) => headMedian(draws) / baseMedian(draws);
  const ratio = ratioOver(new Uint32Array(rounds).fill(1));
  if (rounds < fewestBlocks) return { ratio, interval: undefined };
  const random = randomStream(seed, 200, 0);
  const ratios = sorted(Array.from({ length: resamples }, () => ratioOver(drawRounds(random, rounds))));
  const tail = expandedTail(rounds);
  const at = (share: number) => ratios[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const stretch = Math.sqrt(rounds / effectiveCount(roundRatios(base, head)));
  const stretched = (limit: number) => ratio * (limit / ratio) ** stretch;
  return { ratio, interval: interval(stretched(at(tail)), stretched(at(1 - tail))) };
}

/** Logarithm of head ÷ base by round. */
function roundRatios(base: PairedBlocks["base"], head: PairedBlocks["head"]): Float64Array {
  return Float64Array.from(base, (block, i) => Math.log(median(head[i]!) / median(block)));
}

/**
 * What is cut off at either side: somewhat less than 2.5 % for few rounds, whose resamples vary less than they should
 * (Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69, 2015, section 3.1). Student's
 * quantile by the first term of its expansion.
 */
function expandedTail(rounds: number): number {
  const student = z + (z ** 3 + z) / (4 * (rounds - 1));
  return normalCdf(-Math.sqrt(rounds / (rounds - 1)) * student);
}

/** How often each round is in one resample of as many rounds. */
function drawRounds(random: RandomStream, rounds: number): Uint32Array {
  const draws = new Uint32Array(rounds);
  for (let i = 0; i < rounds; i++) draws[random.below(rounds)]!++;
  return draws;
}

/** The median of all values, where those of block i count `draws[i]` times. Sorts once for all resamples. */
function resampledMedian(blocks: readonly ArrayLike<number>[]): (draws: Uint32Array) => number {
  const entries = blocks.flatMap((block, i) => Array.from(block, (value) => ({ value, block: i })));
  entries.sort((a, b) => a.value - b.value);
  return (draws) => {
    const total = blocks.reduce((sum, block, i) => sum + block.length * draws[i]!, 0);
    // The values at ranks half and half + 1, or twice the one between them.
    const [low, high] = [Math.ceil(total / 2), Math.floor(total / 2) + 1];
    let lower: number | undefined;
    for (let i = 0, rank = 0; i < entries.length; i++) {
      rank += draws[entries[i]!.block]!;
      if (rank >= low) lower ??= entries[i]!.value;
      if (rank >= high) return (lower! + entries[i]!.value) / 2;
    }
    return Number.NaN;
  };
}
