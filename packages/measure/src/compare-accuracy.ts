import type { Outcomes } from "./accuracy.ts";
import { unpairedError } from "./errors.ts";
import type { Interval } from "./stats/interval.ts";
import { mcnemarTest, pairedDifferenceInterval } from "./stats/paired.ts";

/** One model's accuracy against another's on the same samples. */
export interface AccuracyComparison {
  readonly samples: number;
  /** Wrong by the base, right by the head; and the other way round. */
  readonly gained: number;
  readonly lost: number;
  /** Top-1 of the head − top-1 of the base. */
  readonly difference: number;
  readonly interval: Interval;
  /** Exact McNemar test, two-sided: how likely so uneven a change is if both are right equally often. */
  readonly pValue: number;
}

/** @throws MEASURE_PAIRS where the numbers of samples differ */
export function compareAccuracy(base: Outcomes, head: Outcomes): AccuracyComparison {
  const samples = base.correct.length;
  if (head.correct.length !== samples) throw unpairedError(samples, head.correct.length);
  const changed = base.correct.map((right, i) => (right === head.correct[i] ? 0 : right === 1 ? 1 : 2));
  const count = (kind: number) => changed.filter((change) => change === kind).length;
  const counts = { samples, lost: count(1), gained: count(2) };
  return {
    ...counts,
    difference: (counts.gained - counts.lost) / samples,
    interval: pairedDifferenceInterval(counts),
    pValue: mcnemarTest(counts),
  };
}
