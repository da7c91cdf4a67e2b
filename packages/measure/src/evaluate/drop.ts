import type { NamedStatistic } from "../metrics/catalog.ts";
import { differenceOf } from "../metrics/estimate.ts";
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
  readonly agreement: number | undefined;
  /** Mean Kullback-Leibler divergence, nats. */
  readonly divergence: number | undefined;
  readonly snrDb: number;
}

const confidence = 0.9;

/**
 * By the first metric of the labels; without labels by agreement with the original, or where its outputs are no scores
 * by the cosine between outputs.
 *
 * The bound: of two shares of the same samples Tango's score limit, of a share alone Clopper and Pearson's, of
 * everything else the bootstrap's percentile, both models drawn together.
 */
export function dropOf(reference: Evaluation, model: Evaluation, seed: number): Drop {
  const ours = allStatistics(model);
  const theirs = new Map(allStatistics(reference).map((named) => [named.name, named]));
  const readingOf = (name: string) => {
    const found = ours.find((named) => named.name === name)?.statistic;
    return found?.value(once(found.samples));
  };
  const own = ours.find(({ name }) => theirs.has(name)) ?? ours[0]!;
  const base = theirs.get(own.name);
  return {
    metric: own.name,
    samples: model.samples,
    ...(base === undefined ? againstOne(own, seed) : paired(base, own, seed)),
    agreement: readingOf("fidelity.agreement"),
    divergence: readingOf("fidelity.kl"),
    snrDb: readingOf("fidelity.snr") ?? Number.NaN,
  };
}

type Loss = Pick<Drop, "reference" | "value" | "drop" | "dropUpper">;

function paired({ statistic: base }: NamedStatistic, { statistic: head, better }: NamedStatistic, seed: number): Loss {
  const [reference, value] = [base.value(once(base.samples)), head.value(once(head.samples))];
  const sign = better === "higher" ? -1 : 1;
  const upper =
    base.successes !== undefined && head.successes !== undefined
      ? sign * pairedDifferenceLimit(pairedCounts(base.successes, head.successes), sign, normalQuantile(confidence))
      : bootstrapBound(differenceOf([base, head]), sign, seed);
  return { reference, value, drop: sign * (value - reference) + 0, dropUpper: upper };
}

/** The original agrees with itself everywhere. */
function againstOne({ statistic }: NamedStatistic, seed: number): Loss {
  const value = statistic.value(once(statistic.samples));
  const { samples, successes } = statistic;
  const missed = (weights: ArrayLike<number>) => 1 - statistic.value(weights);
  const upper =
    successes === undefined
      ? bootstrapBound({ samples, value: missed }, 1, seed)
      : missedAtMost(samples - totalOf(successes), samples);
  return { reference: 1, value, drop: 1 - value, dropUpper: upper };
}

function missedAtMost(missed: number, samples: number): number {
  return missed === samples ? 1 : betaQuantile(confidence, missed + 1, samples - missed);
}

/** Of `sign` times the statistic. */
function bootstrapBound(statistic: Statistic, sign: 1 | -1, seed: number): number {
  const { values } = resample([statistic], seed)[0]!;
  return sign * quantile(values, sign === 1 ? confidence : 1 - confidence);
}
