import type { Comparison, Metric, ModelRecord, RunRecord } from "@pare/report";
import { type Bounds, point, unbounded } from "./bounds.ts";
import type { MetricRef, Subject } from "./expression.ts";

/** The measured values that gates speak of. */
export interface Readings {
  readonly hasBase: boolean;
  /** Undefined where it was not measured. */
  get(metric: MetricRef): Bounds | undefined;
  /** The result's value as far as it can be told beside the original's own: from paired or interleaved runs. */
  paired(name: string): { readonly result: Bounds; readonly original: Bounds } | undefined;
  /** Why a value of the base says nothing about this run; undefined where it does. */
  incomparable(name: string): string | undefined;
}

/** What every model has without being run. */
export const structureNames = ["size.file", "size.weights", "nodes", "parameters", "macs"] as const;

export function readingsOf(record: RunRecord, base?: RunRecord): Readings {
  const models: Readonly<Record<Subject, ModelRecord | undefined>> = {
    result: record.result,
    original: record.original,
    base: base?.result,
  };
  return {
    hasBase: base !== undefined,
    get: ({ subject, name }) => reading(models[subject], name),
    paired: (name) => pairOf(record, name),
    incomparable: (name) => (base === undefined ? undefined : incomparability(record, base, name)),
  };
}

function reading(model: ModelRecord | undefined, name: string): Bounds | undefined {
  if (model === undefined) return undefined;
  const exact = structure(model)[name];
  if (exact !== undefined) return exact === null ? undefined : point(exact);
  const metric = metricOf(model, name);
  return metric && boundsOf(metric);
}

function structure(model: ModelRecord): Readonly<Record<string, number | null>> {
  const { sizeBytes, weightBytes, nodes, parameters, macs } = model;
  return { "size.file": sizeBytes, "size.weights": weightBytes, nodes, parameters, macs };
}

const metricOf = (model: ModelRecord, name: string) => model.metrics.find((metric) => metric.name === name);

/** Bytes and counts are exact where no interval is given; of a measured value without one nothing is certain. */
function boundsOf({ value, interval, unit }: Metric): Bounds {
  if (interval !== undefined) return { value, low: interval.low, high: interval.high };
  return unit === "bytes" || unit === "count" ? point(value) : unbounded(value);
}

function pairOf({ original, comparisons }: RunRecord, name: string) {
  const before = metricOf(original, name);
  const comparison = comparisons.find(({ metric }) => metric === name);
  if (before === undefined || comparison?.interval === undefined) return undefined;
  return { original: point(before.value), result: changed(before.value, comparison) };
}

/** The original's value with the measured change, at each end of its interval. */
function changed(original: number, { kind, value, interval }: Comparison): Bounds {
  const at = (change: number) => (kind === "ratio" ? original * change : original + change);
  return { value: at(value), low: at(interval?.low ?? value), high: at(interval?.high ?? value) };
}

/** Times belong to the run that took them; accuracies to the samples that they were taken on. */
function incomparability(record: RunRecord, base: RunRecord, name: string): string | undefined {
  const unit = (metricOf(record.result, name) ?? metricOf(base.result, name))?.unit;
  if (unit === undefined || unit === "bytes" || unit === "count") return undefined;
  if (unit === "ms" || unit === "per-second")
    return `times of two runs are not comparable: \`pare compare\` measures both models again`;
  const samples = ({ data }: RunRecord) => data.find(({ split }) => split === "test")?.sha256;
  return samples(record) === samples(base) ? undefined : "the base was measured on other samples";
}
