import type { Comparison, Interval, Metric, ModelRecord, RunRecord } from "@pare/report";
import { type Bounds, point, unbounded } from "./bounds.ts";
import type { MetricRef, Subject } from "./expression.ts";

/** The measured values that gates speak of. */
export interface Readings {
  readonly hasBase: boolean;
  /** Undefined where it was not measured. */
  get(metric: MetricRef): Bounds | undefined;
  /** Both values as far as they can be told beside each other: from paired samples, interleaved runs. */
  paired(name: string, other: "original" | "base"): Pair | undefined;
  /** The metrics of the result whose names begin like this. */
  resultNames(prefix: string): readonly string[];
  /** Why a value of the base says nothing about this run; undefined where it does. */
  incomparable(name: string): string | undefined;
}

export interface Pair {
  readonly result: Bounds;
  readonly other: Bounds;
}

/** The result of this run against that of the base. */
export interface BaseComparison extends Pick<Comparison, "metric" | "kind" | "value"> {
  readonly interval?: Interval;
  /** Why they cannot be compared, where they cannot. */
  readonly note?: string;
}

/** What every model has without being run. */
export const structureNames = [
  "size.file",
  "size.gzip",
  "size.brotli",
  "size.weights",
  "nodes",
  "parameters",
  "macs",
] as const;

/** @param changes against the base: what is not there is judged by the two intervals, times not at all */
export function readingsOf(record: RunRecord, base?: RunRecord, changes: readonly BaseComparison[] = []): Readings {
  const models: Readonly<Record<Subject, ModelRecord | undefined>> = {
    result: record.result,
    original: record.original,
    base: base?.result,
  };
  return {
    hasBase: base !== undefined,
    get: ({ subject, name }) => reading(models[subject], name),
    paired: (name, other) =>
      other === "original"
        ? pairOf(metricOf(record.original, name), record.comparisons, name)
        : pairOf(base && metricOf(base.result, name), changes, name),
    resultNames: (prefix) => record.result.metrics.map(({ name }) => name).filter((name) => name.startsWith(prefix)),
    incomparable: (name) => (base === undefined ? undefined : incomparability({ record, base, changes }, name)),
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
  const { sizeBytes, compressed, weightBytes, nodes, parameters, macs } = model;
  return {
    ...{ "size.file": sizeBytes, "size.weights": weightBytes, nodes, parameters, macs },
    ...{ "size.gzip": compressed?.gzipBytes ?? null, "size.brotli": compressed?.brotliBytes ?? null },
  };
}

const metricOf = (model: ModelRecord, name: string) => model.metrics.find((metric) => metric.name === name);

/** Bytes and counts are exact where no interval is given; of a measured value without one nothing is certain. */
function boundsOf({ value, interval, unit }: Metric): Bounds {
  // An infinite mean is no matter of doubt; of what is no number there is nothing to know.
  if (!Number.isFinite(value)) return point(value);
  if (interval !== undefined) return { value, low: interval.low, high: interval.high };
  return unit === "bytes" || unit === "count" ? point(value) : unbounded(value);
}

function pairOf(before: Metric | undefined, changes: readonly BaseComparison[], name: string): Pair | undefined {
  const change = changes.find(({ metric }) => metric === name);
  if (before === undefined || change?.interval === undefined || !Number.isFinite(change.value)) return undefined;
  return { other: point(before.value), result: changed(before.value, change) };
}

/** A value with the measured change, at each end of its interval. */
function changed(before: number, { kind, value, interval }: BaseComparison): Bounds {
  const at = (change: number) => (kind === "ratio" ? before * change : before + change);
  return { value: at(value), low: at(interval?.low ?? value), high: at(interval?.high ?? value) };
}

interface Against {
  readonly record: RunRecord;
  readonly base: RunRecord;
  readonly changes: readonly BaseComparison[];
}

/** Times belong to the run that took them; accuracies to the samples that they were taken on. */
function incomparability({ record, base, changes }: Against, name: string): string | undefined {
  const unit = (metricOf(record.result, name) ?? metricOf(base.result, name))?.unit;
  const change = changes.find(({ metric }) => metric === name);
  if (unit === undefined || unit === "bytes" || unit === "count" || change?.interval !== undefined) return undefined;
  if (unit === "ms" || unit === "per-second" || /^(drops|cost)\./.test(name))
    return `times of two runs are not comparable${change?.note === undefined ? "" : ` (${change.note})`}: \`pare compare\` measures both models again`;
  return onSameSamples(record, base) ? undefined : "the base was measured on other samples";
}

function onSameSamples(a: RunRecord, b: RunRecord): boolean {
  const [own, other] = [a.result.outcomes, b.result.outcomes];
  if (own && other) return own.samplesSha256 === other.samplesSha256;
  const data = ({ data }: RunRecord) => data.find(({ split }) => split === "test")?.sha256;
  return data(a) === data(b);
}
