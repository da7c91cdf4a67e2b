import { decidingFloor } from "../deciding-floor.ts";
import { formatBytes, formatChange, formatQuantity } from "../format.ts";
import { latencyNames, metricOf, qualityOf } from "../headline-metrics.ts";
import type { Comparison, RunRecord, Verdict } from "../record.ts";
import { comparisonRows, formatComparison } from "../rows.ts";
import { gateBadges } from "./gates.ts";
import { breakable, html, type Markup, type Part, unbroken } from "./markup.ts";
import { table } from "./table.ts";

/** What a reader wants first: quality, speed, size, gates. */
export function cards(record: RunRecord): Markup {
  const { original, result, gates = [] } = record;
  const names = [qualityOf(record), ...latencyNames(record)].filter((name) => name !== undefined);
  const measured = names.map((name) => metricCard(record, name));
  const size = card(
    "size",
    formatChange(original.sizeBytes, result.sizeBytes),
    `${formatBytes(original.sizeBytes)} → ${formatBytes(result.sizeBytes)}`,
  );
  const nodes = card("nodes", formatChange(original.nodes, result.nodes), `${original.nodes} → ${result.nodes}`);
  const gateCard = gates.length === 0 ? undefined : html`<div><dt>gates</dt><dd>${gateBadges(gates)}</dd></div>`;
  return html`<dl class="cards">${measured}${size}${nodes}${gateCard}</dl>`;
}

function metricCard(record: RunRecord, name: string): Markup {
  const [before, after] = [metricOf(record.original, name), metricOf(record.result, name)];
  const comparison = record.comparisons.find(({ metric }) => metric === name);
  const unit = (after ?? before)?.unit ?? "plain";
  const values = [before, after].map((metric) => (metric ? formatQuantity(metric.value, unit) : "–"));
  const [change, range] = comparison ? splitRange(formatComparison(comparison, unit)) : [values[1], undefined];
  return card(
    name,
    change,
    html`${unbroken(values[0]!)} → ${unbroken(values[1]!)}${range && html`<br><small>change ${unbroken(range)}</small>`}`,
  );
}

function card(term: string, big: Part, detail: Part): Markup {
  return html`<div><dt>${breakable(term)}</dt><dd><span class="big">${big}</span><br>${detail}</dd></div>\n`;
}

/** "0.57 ms (0.56 to 0.58)" → the value, and its interval without brackets. */
function splitRange(text: string): readonly [string, string | undefined] {
  const parts = /^(.*?) \((.* to .*)\)$/.exec(text);
  return parts === null ? [text, undefined] : [parts[1]!, parts[2]];
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  better: "better",
  same: "same",
  worse: "worse",
  "cannot-tell": "cannot tell",
  "not-comparable": "not comparable",
};

export function comparisonTable(record: RunRecord): Markup {
  const hasVerdicts = record.comparisons.some(({ verdict }) => verdict !== undefined);
  const columns = [
    { title: "" },
    ...["original", "result", "change"].map((title) => ({ title, isNumber: true })),
    ...(hasVerdicts ? [{ title: "verdict" }] : []),
  ];
  const rows = comparisonRows(record).map((row) => {
    const comparison = record.comparisons.find(({ metric }) => metric === row.label);
    const cells = [breakable(row.label), ...[row.original, row.result, row.change].map(withRange)];
    return hasVerdicts ? [...cells, comparison && verdictText(record, comparison)] : cells;
  });
  return table("Result against original", columns, rows, { named: 3 });
}

/** With the noise floor where it rests on that; where it cannot be told, with the smallest effect that would have been seen. */
function verdictText({ original, timings }: RunRecord, comparison: Comparison): Part {
  const { metric, kind, verdict, smallestEffect } = comparison;
  if (verdict === undefined) return undefined;
  const known =
    comparison.noiseFloor ?? timings.find(({ noiseFloors }) => noiseFloors?.[metric])?.noiseFloors?.[metric];
  const floor = decidingFloor(comparison, known);
  const noise =
    floor === undefined ? undefined : html`<span class="range">noise floor ${(floor * 100).toFixed(1)} %</span>`;
  if (smallestEffect === undefined) return html`${verdictWords[verdict]}${noise}`;
  const effect = formatComparison({ metric, kind, value: smallestEffect }, metricOf(original, metric)?.unit);
  return html`${verdictWords[verdict]}<span class="range">seen from ${effect}</span>${noise}`;
}

/** A value, and its interval on a line of its own. */
export function withRange(text: string): Part {
  const [value, range] = splitRange(text);
  return range === undefined ? value : html`${value}<span class="range">${range}</span>`;
}
