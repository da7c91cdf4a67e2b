import type { Target } from "@pare/data";
import type { Unit } from "@pare/report";
import { userValueError } from "../errors.ts";
import { meanOf, type Statistic } from "../stats/statistic.ts";

/**
 * A metric of the user's own, the default export of a module that a recipe names (`evaluate: ./metric.mjs`), alone or
 * in a list. It sees one sample after the other, and then all that it made of them.
 */
export interface UserMetric<Outcome = number> {
  /** A dotted path in lower case: "detection.recall". Gates and reports use it. */
  readonly name: string;
  readonly summary?: string;
  /** Default "plain". */
  readonly unit?: Unit;
  readonly better: "lower" | "higher";
  /** Names of the model's outputs that it looks at. Default: all. */
  readonly outputs?: readonly string[];
  /** Whether `sample.original` must be there. Default false. */
  readonly needsOriginal?: boolean;
  /** What became of one sample. Keep it small: all of them stay in memory. */
  outcome(sample: UserSample): Outcome;
  /**
   * The metric of all samples; called some 2,000 times, on samples drawn again, for the interval. Default: the mean of
   * outcomes that are numbers. NaN where it is not defined.
   */
  value?(outcomes: readonly Outcome[]): number;
}

export interface UserSample {
  /** Place in the data set, from 0. */
  readonly index: number;
  readonly id: string;
  /** What the model gave, without the batch axis. */
  readonly outputs: Readonly<Record<string, UserTensor>>;
  /** What the original gave for the same sample, where there is one. */
  readonly original: Readonly<Record<string, UserTensor>> | undefined;
  /** The label; undefined where the data has none. */
  readonly target: Target | undefined;
}

export interface UserTensor {
  readonly shape: readonly number[];
  /** Row by row. */
  readonly data: Float64Array;
}

/** Gives the types of a metric to an editor: `export default defineMetric({ … })`. */
export function defineMetric<Outcome>(metric: UserMetric<Outcome>): UserMetric<Outcome> {
  return metric;
}

/** @throws MEASURE_USER where it gives no number */
export function userStatistic<Outcome>({ name, value }: UserMetric<Outcome>, outcomes: readonly Outcome[]): Statistic {
  if (value === undefined) {
    const odd = outcomes.find((outcome) => typeof outcome !== "number" && typeof outcome !== "boolean");
    if (odd !== undefined) throw userValueError(name, odd);
    return meanOf(outcomes.map(Number));
  }
  return {
    samples: outcomes.length,
    value: (weights) => {
      const found: unknown = value(outcomes.flatMap((outcome, i) => new Array<Outcome>(weights[i]!).fill(outcome)));
      if (typeof found !== "number") throw userValueError(name, found);
      return found;
    },
  };
}
