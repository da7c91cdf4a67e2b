import type { NamedStatistic } from "../metrics/catalog.ts";
import { differenceOf } from "../metrics/estimate.ts";
import { excessNoise, type FidelityOutcomes, type NoiseShares } from "../metrics/fidelity.ts";
import { betaQuantile } from "../stats/beta.ts";
import { normalQuantile } from "../stats/normal.ts";
import { pairedCounts, pairedDifferenceLimit } from "../stats/paired.ts";
import { quantile, resample } from "../stats/resample.ts";
import { once, type Statistic, totalOf } from "../stats/statistic.ts";
import type { Evaluation } from "./evaluate.ts";
import { allStatistics } from "./results.ts";

/** How far a model falls behind its original on the same samples, by one metric. */
export interface Drop {
  readonly metric: string;
  readonly samples: number;
  readonly reference: number;
  readonly value: number;
  /** What was lost, in the metric's unit; negative: it gained. */
  readonly drop: number;
  /** One-sided: with 90 % confidence no more was lost. */
  readonly dropUpper: number;
  /** Undefined where the outputs are no scores of classes. */
  readonly agreement: number | undefined;
  /** Mean Kullback-Leibler divergence, nats; undefined as agreement is. */
  readonly divergence: number | undefined;
  readonly snrDb: number;
}

export interface DropOptions {
  readonly seed: number;
  /** Outputs are scores of classes, whatever they look like: the caller asked for agreement. Default false. */
  readonly areScores?: boolean;
  /** Of the original from one way of running it to another, by output. Default none. */
  readonly ownNoise?: NoiseShares;
}

/** The metric of outputs that only numbers compare: the share of their energy that is noise, 0.01 for 20 dB. */
export const noiseMetric = "noise";
const confidence = 0.9;

/**
 * By the first metric of the labels, or of the caller's own. Where there is none by agreement with the original, if the
 * outputs are scores of classes; else by noise: Σ difference² ÷ Σ original² of the output that has most, beyond the
 * original's own.
 *
 * The bound: of two shares of the same samples Tango's score limit, of a share alone Clopper and Pearson's, of
 * everything else the bootstrap's percentile, both models drawn together.
 */
export function dropOf(reference: Evaluation, model: Evaluation, options: DropOptions): Drop {
  const readingOf = (name: string) => {
    const found = allStatistics(model).find((named) => named.name === name)?.statistic;
    return found?.value(once(found.samples));
  };
  const areScores = choosesClasses(model, options);
  return {
    ...lossOf(reference, model, options),
    samples: model.samples,
    agreement: areScores ? readingOf("fidelity.agreement") : undefined,
    divergence: areScores ? readingOf("fidelity.kl") : undefined,
    snrDb: readingOf("fidelity.snr") ?? Number.NaN,
  };
}

/** Whether only noise tells how far the model is from its original. */
export function isJudgedByNoise(reference: Evaluation, model: Evaluation, options: DropOptions): boolean {
  return sharedStatistics(reference, model) === undefined && !choosesClasses(model, options);
}

function choosesClasses({ labels, fidelity }: Evaluation, { areScores = false }: DropOptions): boolean {
  if (fidelity?.choice === undefined) return false;
  return areScores || fidelity.choice.areScores || labels?.kind === "class" || labels?.kind === "tokens";
}

type Loss = Pick<Drop, "metric" | "reference" | "value" | "drop" | "dropUpper">;

function lossOf(reference: Evaluation, model: Evaluation, options: DropOptions): Loss {
  const shared = sharedStatistics(reference, model);
  if (shared !== undefined) return paired(...shared, options.seed);
  const agreement = allStatistics(model).find(({ name }) => name === "fidelity.agreement");
  if (agreement !== undefined && choosesClasses(model, options)) return againstOne(agreement, options.seed);
  return beyondOwn(model.fidelity!, options);
}

/** The first metric that both have. */
function sharedStatistics(
  reference: Evaluation,
  model: Evaluation,
): readonly [base: NamedStatistic, head: NamedStatistic] | undefined {
  const theirs = new Map(allStatistics(reference).map((named) => [named.name, named]));
  for (const own of allStatistics(model)) {
    const base = theirs.get(own.name);
    if (base !== undefined) return [base, own];
  }
  return undefined;
}

function paired({ statistic: base }: NamedStatistic, head: NamedStatistic, seed: number): Loss {
  const { name: metric, statistic, better } = head;
  const [reference, value] = [base.value(once(base.samples)), statistic.value(once(statistic.samples))];
  const sign = better === "higher" ? -1 : 1;
  const upper =
    base.successes !== undefined && statistic.successes !== undefined
      ? sign *
        pairedDifferenceLimit(pairedCounts(base.successes, statistic.successes), sign, normalQuantile(confidence))
      : bootstrapBound(differenceOf([base, statistic]), sign, seed);
  return { metric, reference, value, drop: sign * (value - reference) + 0, dropUpper: upper };
}

/** The original agrees with itself everywhere. */
function againstOne({ name: metric, statistic }: NamedStatistic, seed: number): Loss {
  const value = statistic.value(once(statistic.samples));
  const { samples, successes } = statistic;
  const missed = (weights: ArrayLike<number>) => 1 - statistic.value(weights);
  const upper =
    successes === undefined
      ? bootstrapBound({ samples, value: missed }, 1, seed)
      : missedAtMost(samples - totalOf(successes), samples);
  return { metric, reference: 1, value, drop: 1 - value, dropUpper: upper };
}

function beyondOwn(fidelity: FidelityOutcomes, { seed, ownNoise = new Map() }: DropOptions): Loss {
  const [all, beyond] = [excessNoise(fidelity), excessNoise(fidelity, ownNoise)];
  const value = all.value(once(all.samples));
  const drop = beyond.value(once(beyond.samples));
  return { metric: noiseMetric, reference: value - drop, value, drop, dropUpper: bootstrapBound(beyond, 1, seed) };
}

function missedAtMost(missed: number, samples: number): number {
  return missed === samples ? 1 : betaQuantile(confidence, missed + 1, samples - missed);
}

/** Of `sign` times the statistic. */
function bootstrapBound(statistic: Statistic, sign: 1 | -1, seed: number): number {
  const { values } = resample([statistic], seed)[0]!;
  return sign * quantile(values, sign === 1 ? confidence : 1 - confidence);
}
