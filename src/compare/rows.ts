import type { Judgement } from "@pare/measure";
import type { Comparison, Metric, RunRecord, Unit } from "@pare/report";

/** The head against the base on one metric. */
export interface CompareRow extends Omit<Comparison, "verdict" | "smallestEffect">, Judgement {
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  readonly base: number | undefined;
  readonly head: number | undefined;
  /** Of times and starts: how far a model's own differs from itself on this machine; 0.01 is one per cent. */
  readonly noiseFloor?: number;
  /** Why it is not comparable, or how it was compared where that is not plain. */
  readonly note?: string;
}

/** A metric that cannot be compared: no change is shown. */
export function notComparable(metric: Pick<Metric, "name" | "unit" | "better">, note: string): CompareRow {
  const { name, unit, better } = metric;
  const nothing = { value: Number.NaN, base: undefined, head: undefined };
  return { metric: name, kind: "ratio", unit, better, ...nothing, verdict: "not-comparable", note };
}

export function metricOf({ result }: RunRecord, name: string): Metric | undefined {
  return result.metrics.find((metric) => metric.name === name);
}
