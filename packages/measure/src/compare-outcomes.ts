import type { Metric, OutcomesRecord } from "@pare/report";
import { metricCatalog, statisticsOf } from "./metrics/catalog.ts";
import { decodeOutcomes } from "./metrics/encode-outcomes.ts";
import { compareStatistics, estimate, type PairedEstimate } from "./metrics/estimate.ts";

export interface ComparedMetric extends Pick<Metric, "name" | "unit" | "better">, PairedEstimate {
  readonly base: number;
  readonly head: number;
}

/**
 * Two records' outcomes, sample by sample. Undefined where they are not of the same samples.
 * @param names of metrics, as records have them
 * @throws MEASURE_OUTCOMES where a column cannot be read
 */
export function compareOutcomes(
  base: OutcomesRecord,
  head: OutcomesRecord,
  names: readonly string[],
  seed: number,
): readonly ComparedMetric[] | undefined {
  if (base.samplesSha256 !== head.samplesSha256 || base.kind !== head.kind) return undefined;
  const kinds = metricCatalog.map(({ name }) => name).filter((name) => names.some((full) => isOf(full, name)));
  const [before, after] = [base, head].map((record) => statisticsOf(decodeOutcomes(record), kinds));
  const pairs = before!.flatMap((metric) => {
    const other = after!.find(({ name }) => name === metric.name);
    return other === undefined || !names.includes(metric.name) ? [] : [[metric, other] as const];
  });
  const changes = compareStatistics(
    pairs.map(([metric, other]) => [metric.statistic, other.statistic] as const),
    seed,
  );
  const values = (which: 0 | 1) =>
    estimate(
      pairs.map((pair) => pair[which].statistic),
      seed,
    );
  const [bases, heads] = [values(0), values(1)];
  return pairs.map(([{ name, unit, better }], i) => {
    return { name, unit, better, base: bases[i]!.value, head: heads[i]!.value, ...changes[i]! };
  });
}

/** "f1.cat" is one of the numbers of the metric "f1". */
function isOf(full: string, name: string): boolean {
  return full === name || full.startsWith(`${name}.`);
}
