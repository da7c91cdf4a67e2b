import { type RandomStream, randomStream } from "@pare/data";
import { effectiveCount, effectiveCountAbove } from "./autocorrelation.ts";
import { confidence, type Interval } from "./interval.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { median, rankOf, sorted } from "./quantile.ts";

/** Runs of two models in the same rounds: `base[i]` and `head[i]` were taken one directly after the other. */
export interface PairedBlocks {
  readonly base: readonly ArrayLike<number>[];
  readonly head: readonly ArrayLike<number>[];
}

export interface RatioEstimate {
  /** Head ÷ base: of the medians, say, of values that are each in units of their round. */
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
  const [baseMedian, headMedian] = atLevel({ base, head }).map(resampledMedian);
  const stretch = Math.sqrt(base.length / effectiveCount(roundRatios(base, head)));
  return resampledRatio(base.length, (draws) => headMedian!(draws) / baseMedian!(draws), {
    ...{ seed, resamples, stretch, confidence },
  });
}

/** Both models' blocks, each round's in units of the round's own level. */
function atLevel({ base, head }: PairedBlocks): readonly (readonly Float64Array[])[] {
  const levels = base.map((block, i) => Math.sqrt(median(block) * median(head[i]!)));
  return [base, head].map((blocks) =>
    blocks.map((block, i) => Float64Array.from(block, (value) => value / levels[i]!)),
  );
}

/** Several percentiles of several metrics are judged at a time: each of them less readily than a single median. */
const tailConfidence = 0.99;
/** Of independent values beyond a percentile, in each model: fewer do not show what another sample would have been. */
const fewestBeyond = 20;

/**
 * The ratio of two percentiles, as `ratioOfMedians` in all but this: the interval holds 99 times in 100; there is none
 * where fewer than 20 independent runs lie beyond the percentile; rounds count for fewer where those before them had as
 * many more runs beyond it in one model than in the other.
 */
export function ratioOfPercentiles(
  { base, head }: PairedBlocks,
  level: number,
  seed: number,
  resamples = 2000,
): RatioEstimate {
  const rounds = base.length;
  const levelled = atLevel({ base, head });
  const [basePercentile, headPercentile] = levelled.map((blocks) => resampledPercentile(blocks, level));
  const once = new Uint32Array(rounds).fill(1);
  const limits = [basePercentile!(once), headPercentile!(once)];
  const isSound = levelled.every((blocks, which) => independentBeyond(blocks, limits[which]!) >= fewestBeyond);
  const excess = Float64Array.from(base, (_, i) => {
    const [before, after] = levelled.map((blocks, which) => countAbove(blocks[i]!, limits[which]!));
    return after! - before!;
  });
  const stretch = Math.sqrt(rounds / effectiveCount(excess));
  return resampledRatio(rounds, (draws) => headPercentile!(draws) / basePercentile!(draws), {
    ...{ seed, resamples: isSound ? resamples : 0, stretch, confidence: tailConfidence },
  });
}

/** Runs that nothing else on the machine has held up are among the fastest of them. */
const fastest = 0.1;

/**
 * The ratio of the tenth percentiles of all runs, with a percentile bootstrap over rounds. Where other processes take
 * turns with these on the same processors, durations have two humps, and which of them a median falls on is chance; the
 * fastest runs are those that were left alone. So this compares the models, and not what a user of a loaded machine sees.
 */
export function ratioOfFastest({ base, head }: PairedBlocks, seed: number, resamples = 1000): RatioEstimate {
  const [baseFast, headFast] = [base, head].map((blocks) => resampledPercentile(blocks, fastest));
  return resampledRatio(base.length, (draws) => headFast!(draws) / baseFast!(draws), {
    ...{ seed, resamples, stretch: 1, confidence },
  });
}

function independentBeyond(blocks: readonly Float64Array[], limit: number): number {
  const runs = Float64Array.from(blocks.flatMap((block) => [...block]));
  return (countAbove(runs, limit) / runs.length) * effectiveCountAbove(runs, limit);
}

function countAbove(values: Float64Array, limit: number): number {
  return values.reduce((count, value) => (value > limit ? count + 1 : count), 0);
}

export interface ResamplingOptions {
  readonly seed: number;
  /** 0: no interval. */
  readonly resamples: number;
  /** The logarithm's interval is made this much wider. */
  readonly stretch: number;
  readonly confidence: number;
}

/** A ratio over rounds, where round i counts `draws[i]` times, and its percentile bootstrap. */
export function resampledRatio(
  rounds: number,
  ratioOver: (draws: Uint32Array) => number,
  { seed, resamples, stretch, confidence }: ResamplingOptions,
): RatioEstimate {
  const ratio = ratioOver(new Uint32Array(rounds).fill(1));
  if (rounds < fewestBlocks || resamples === 0) return { ratio, interval: undefined };
  const random = randomStream(seed, 200, 0);
  const ratios = sorted(Array.from({ length: resamples }, () => ratioOver(drawRounds(random, rounds))));
  const tail = expandedTail(rounds, confidence);
  const at = (share: number) => ratios[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const stretched = (limit: number) => ratio * (limit / ratio) ** stretch;
  return { ratio, interval: { low: stretched(at(tail)), high: stretched(at(1 - tail)), confidence } };
}

/** Logarithm of head ÷ base by round. */
function roundRatios(base: PairedBlocks["base"], head: PairedBlocks["head"]): Float64Array {
  return Float64Array.from(base, (block, i) => Math.log(median(head[i]!) / median(block)));
}

/**
 * What is cut off at either side: somewhat less than half of what the interval leaves out, for few rounds, whose
 * resamples vary less than they should (Hesterberg, "What teachers should know about the bootstrap", The American
 * Statistician 69, 2015, section 3.1). Student's quantile by the first term of its expansion.
 */
function expandedTail(rounds: number, confidence: number): number {
  const z = normalQuantile((1 + confidence) / 2);
  const student = z + (z ** 3 + z) / (4 * (rounds - 1));
  return normalCdf(-Math.sqrt(rounds / (rounds - 1)) * student);
}

/** How often each round is in one resample of as many rounds. */
function drawRounds(random: RandomStream, rounds: number): Uint32Array {
  const draws = new Uint32Array(rounds);
  for (let i = 0; i < rounds; i++) draws[random.below(rounds)]!++;
  return draws;
}

interface Entry {
  readonly value: number;
  readonly block: number;
}

function entriesOf(blocks: readonly ArrayLike<number>[]): readonly Entry[] {
  const entries = blocks.flatMap((block, i) => Array.from(block, (value) => ({ value, block: i })));
  return entries.sort((a, b) => a.value - b.value);
}

/** The percentile of all values, where those of block i count `draws[i]` times: counted from the end that is nearer. */
function resampledPercentile(blocks: readonly ArrayLike<number>[], level: number): (draws: Uint32Array) => number {
  const isLow = level < 0.5;
  const entries = isLow ? entriesOf(blocks) : [...entriesOf(blocks)].reverse();
  return (draws) => {
    const total = blocks.reduce((sum, block, i) => sum + block.length * draws[i]!, 0);
    const rank = rankOf(level, total);
    const wanted = isLow ? rank : total - rank + 1;
    let passed = 0;
    for (const { value, block } of entries) {
      passed += draws[block]!;
      if (passed >= wanted) return value;
    }
    return Number.NaN;
  };
}

/** The median of all values, where those of block i count `draws[i]` times. Sorts once for all resamples. */
function resampledMedian(blocks: readonly ArrayLike<number>[]): (draws: Uint32Array) => number {
  const entries = entriesOf(blocks);
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
