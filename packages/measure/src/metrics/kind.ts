import type { Unit } from "@pare/report";
import type { Statistic } from "../stats/statistic.ts";

/** A metric: its name, and the statistic that it is of outcomes of one kind. */
export interface MetricKind<Outcomes> {
  /** A dotted path: "accuracy.top1". */
  readonly name: string;
  readonly summary: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** By the rest of the name: "" for the metric itself, ".cat" for one of several. */
  statistics(outcomes: Outcomes): Iterable<readonly [suffix: string, statistic: Statistic]>;
}

/** A metric of one number. */
export function single<Outcomes>(
  kind: Omit<MetricKind<Outcomes>, "statistics"> & { statistic(outcomes: Outcomes): Statistic },
): MetricKind<Outcomes> {
  const { statistic, ...rest } = kind;
  return { ...rest, statistics: (outcomes) => [["", statistic(outcomes)]] };
}
