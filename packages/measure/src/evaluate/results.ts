import type { Comparison, Metric } from "@pare/report";
import { unpairedSamplesError } from "../errors.ts";
import { type NamedStatistic, statisticsOf } from "../metrics/catalog.ts";
import { compareStatistics, estimate } from "../metrics/estimate.ts";
import { once } from "../stats/statistic.ts";
import type { Evaluation } from "./evaluate.ts";

/** Every metric of a model with its interval. @param seed of the resamples */
export function metricsOf(evaluation: Evaluation, seed: number): readonly Metric[] {
  const named = allStatistics(evaluation);
  const estimates = estimate(
    named.map(({ statistic }) => statistic),
    seed,
  );
  return named.map(({ name, unit, better }, i): Metric => {
    const { value, interval } = estimates[i]!;
    return { name, unit, better, value, ...(interval && { interval }), samples: evaluation.samples };
  });
}

/** Every metric of a model without an interval, which takes most of the time. */
export function valuesOf(evaluation: Evaluation): readonly Pick<Metric, "name" | "unit" | "better" | "value">[] {
  return allStatistics(evaluation).map(({ name, unit, better, statistic }) => {
    return { name, unit, better, value: statistic.value(once(statistic.samples)) };
  });
}

/**
 * Each metric that both have: head − base on the same samples, with an interval and a paired test.
 * @throws MEASURE_PAIRS where the samples are not the same
 */
export function compareEvaluations(base: Evaluation, head: Evaluation, seed: number): readonly Comparison[] {
  if (base.samplesSha256 !== head.samplesSha256) throw unpairedSamplesError(base.samples, head.samples);
  const before = new Map(allStatistics(base).map((named) => [named.name, named]));
  const pairs = allStatistics(head).flatMap((named) => {
    const other = before.get(named.name);
    return other === undefined ? [] : [[other, named] as const];
  });
  const compared = compareStatistics(
    pairs.map(([a, b]) => [a.statistic, b.statistic]),
    seed,
  );
  return pairs.map(([{ name }], i): Comparison => {
    const { difference, interval, pValue } = compared[i]!;
    return {
      metric: name,
      kind: "difference",
      value: difference,
      ...(interval && { interval }),
      ...(pValue !== undefined && { pValue }),
    };
  });
}

export function allStatistics({ labels, fidelity, user, metrics }: Evaluation): readonly NamedStatistic[] {
  return [
    ...(labels ? statisticsOf(labels, metrics) : []),
    ...(fidelity ? statisticsOf(fidelity, metrics) : []),
    ...user.map(({ statistic }) => statistic),
  ];
}
