import { decimalsOf, formatBytes, formatChange, formatCount, formatMetric, signed } from "./format.ts";
import type { Comparison, Metric, ModelRecord, RunRecord } from "./record.ts";

/** One line of the comparison: what the table for the terminal and the one for a pull request both show. */
export interface Row {
  readonly label: string;
  readonly original: string;
  readonly result: string;
  readonly change: string;
}

/**
 * Accuracy and latency first, then size and structure. A metric that only one of the models has is shown too; of the
 * percentiles the median and p99: the record has the others.
 */
export function comparisonRows(record: RunRecord): readonly Row[] {
  const names = [...new Set([...record.original.metrics, ...record.result.metrics].map((metric) => metric.name))];
  const isShown = (name: string) => !/^latency\..*\.p9[05]$/.test(name);
  const find = (model: ModelRecord, name: string) => model.metrics.find((metric) => metric.name === name);
  const measured = names.filter(isShown).map((name) => {
    const [original, result] = [find(record.original, name), find(record.result, name)];
    const comparison = record.comparisons.find((candidate) => candidate.metric === name);
    return metricRow(name, original, result, comparison);
  });
  return [...measured, ...structureRows(record.original, record.result)];
}

function metricRow(name: string, original?: Metric, result?: Metric, comparison?: Comparison): Row {
  return {
    label: name,
    original: original ? formatMetric(original) : "–",
    result: result ? formatMetric(result) : "–",
    change: comparison ? formatComparison(comparison, (result ?? original)?.unit) : plainChange(original, result),
  };
}

function plainChange(original?: Metric, result?: Metric): string {
  // Times taken apart are not compared: only what was interleaved is.
  if (!original || !result || original.unit === "ms" || original.unit === "per-second") return "";
  if (!Number.isFinite(result.value) && Number.isFinite(original.value)) return "no number any more";
  if (!Number.isFinite(result.value) || !Number.isFinite(original.value)) return "";
  if (original.unit === "ratio") return signed((result.value - original.value) * 100, 2, " pp");
  return formatChange(original.value, result.value);
}

/** "+0.10 pp (−0.30 to +0.50)", "× 0.970 (0.950 to 0.990)". */
export function formatComparison(comparison: Comparison, unit: Metric["unit"] | undefined): string {
  const { kind, value, interval } = comparison;
  if (!Number.isFinite(value)) return "–";
  const points = unit === "ratio";
  const decimals = Math.min(decimalsOf(interval) ?? 4, unit === "plain" ? 8 : 4);
  const show = (v: number) => {
    if (kind === "ratio") return Number.isFinite(v) ? v.toFixed(3) : "∞";
    return points ? signed(v * 100, 2) : signed(v, decimals);
  };
  const range = interval ? ` (${show(interval.low)} to ${show(interval.high)})` : "";
  return kind === "ratio" ? `× ${show(value)}${range}` : `${show(value)}${points ? " pp" : ""}${range}`;
}

function structureRows(original: ModelRecord, result: ModelRecord): readonly Row[] {
  const row = (label: string, show: (n: number) => string, a: number, b: number): Row => ({
    label,
    original: show(a),
    result: show(b),
    change: formatChange(a, b),
  });
  const [before, after] = [original.compressed, result.compressed];
  const rows = [
    row("size", formatBytes, original.sizeBytes, result.sizeBytes),
    ...(before && after ? [row("size, gzip", formatBytes, before.gzipBytes, after.gzipBytes)] : []),
    ...(before && after ? [row("size, brotli", formatBytes, before.brotliBytes, after.brotliBytes)] : []),
    row("nodes", formatCount, original.nodes, result.nodes),
    row("parameters", formatCount, original.parameters, result.parameters),
  ];
  if (original.macs !== null && result.macs !== null) rows.push(row("MACs", formatCount, original.macs, result.macs));
  return rows;
}
