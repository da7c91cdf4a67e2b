import { metricCatalog } from "@pare/measure";
import {
  type Comparison,
  fitColumns,
  formatComparison,
  formatMetric,
  formatQuantity,
  type Metric,
  wrap,
} from "@pare/report";
import type { EvaluationResult } from "./evaluate.ts";

interface Named {
  readonly model: string;
  readonly against: string | undefined;
}

/** The table for a terminal: each metric with its interval; of two models both, and the change with its test. */
export function evaluationText({ model, against }: Named, result: EvaluationResult, width: number): string {
  const { models, comparisons, source, samples } = result;
  const [head, base] = [models.at(-1)!, against === undefined ? undefined : models[0]];
  const blocks = head.metrics.map((metric) => {
    const before = base?.metrics.find(({ name }) => name === metric.name);
    const change = comparisons.find((comparison) => comparison.metric === metric.name);
    return metricRows(metric, before, change);
  });
  const lines = fitColumns(blocks.flat(), width);
  const versus = against === undefined ? "" : ` against ${against}`;
  const worst =
    head.worstSample === undefined
      ? ""
      : `\nWorst sample: ${head.worstSample.id}, ${formatQuantity(head.worstSample.snr, "db")}.`;
  const intervals = head.metrics.some(({ interval }) => interval) ? "\nIn brackets: 95 % confidence intervals." : "";
  return `${model}${versus}: ${samples} samples of ${source}\n\n${lines.join("\n")}\n${worst}${intervals}`.trimEnd();
}

function metricRows(metric: Metric, before: Metric | undefined, change: Comparison | undefined): string[][] {
  if (before === undefined || change === undefined) return [[metric.name, formatMetric(metric)]];
  const p = change.pValue === undefined ? "" : `, p ${change.pValue < 0.001 ? "< 0.001" : change.pValue.toFixed(3)}`;
  return [
    [metric.name, formatMetric(metric)],
    ["  original", formatMetric(before)],
    ["  change", `${formatComparison(change, metric.unit)}${p}`],
  ];
}

const kinds = {
  class: "Samples with a class",
  values: "Samples with values (regression)",
  tokens: "Text (language models)",
  fidelity: "Against the original, without labels",
} as const;

export function metricListText(width: number): string {
  const room = Math.max(...metricCatalog.map(({ name }) => name.length)) + 4;
  const groups = (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => {
    const lines = metricCatalog
      .filter((metric) => metric.kind === kind)
      .map(
        ({ name, summary }) => `  ${name.padEnd(room - 2)}${wrap(summary, width - room).join(`\n${" ".repeat(room)}`)}`,
      );
    return [`${kinds[kind]}:`, ...lines].join("\n");
  });
  return groups.join("\n\n");
}
