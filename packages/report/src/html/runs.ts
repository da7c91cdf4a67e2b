import { formatBytes, formatMetric, formatQuantity } from "../format.ts";
import { latencyNames, metricOf, qualityOf } from "../headline-metrics.ts";
import { headline } from "../markdown.ts";
import type { RunRecord } from "../record.ts";
import { formatComparison } from "../rows.ts";
import { quantityTick, tickText } from "./chart.ts";
import { gateBadges } from "./gates.ts";
import { html, type Markup } from "./markup.ts";
import { runSections } from "./run.ts";
import { legend } from "./series.ts";
import { withRange } from "./summary.ts";
import { table } from "./table.ts";
import { type TradeoffPoint, tradeoffChart } from "./tradeoff.ts";

/** Several runs beside each other. */
export function overview(records: readonly RunRecord[]): Markup {
  const groups = plottedGroups(records);
  const plots = groups.flatMap((group) =>
    latencies(group).flatMap((latency) => tradeoff(group, latency, labelsOf(records), groups.length > 1) ?? []),
  );
  const charts =
    plots.length === 0
      ? undefined
      : html`<h2 id="tradeoff">Quality against latency</h2>
<p class="note">Times of different runs are not comparable as they stand. Each run measured its result and its original interleaved, so what is shown is the ratio of the two; each plot has the runs of one original model.</p>
<div class="charts">${plots}</div>`;
  return html`<h2 id="runs">Runs</h2>${runTable(records)}${charts}`;
}

/** Runs of one original model each: those that have company; where none has, all. */
function plottedGroups(records: readonly RunRecord[]): readonly (readonly RunRecord[])[] {
  const originals = unique(records.map(({ original }) => original.sha256));
  const groups = originals.map((sha256) => records.filter(({ original }) => original.sha256 === sha256));
  const shared = groups.filter(({ length }) => length > 1);
  return shared.length > 0 ? shared : groups;
}

/** Names that tell the runs apart: the recipe's, where two have the same with the run's, and where that is not enough its time. */
function labelsOf(records: readonly RunRecord[]): ReadonlyMap<RunRecord, string> {
  const forms: readonly ((record: RunRecord) => string)[] = [
    ({ recipe }) => recipe.name,
    ({ recipe, run }) => `${recipe.name} ${run.id}`,
    ({ recipe, run }) => `${recipe.name} ${run.id}, ${run.startedAt.slice(11, 19)}`,
  ];
  const label = (record: RunRecord) => {
    const form = forms.find((each) => records.filter((other) => each(other) === each(record)).length === 1);
    return (form ?? forms.at(-1)!)(record);
  };
  return new Map(records.map((record) => [record, label(record)]));
}

function runTable(records: readonly RunRecord[]): Markup {
  const qualities = unique(records.flatMap((record) => qualityOf(record) ?? []));
  const times = latencies(records);
  const labels = labelsOf(records);
  const rows = records.map((record, i) => [
    html`<a href="#run-${i + 1}">${labels.get(record)}</a><br><small>${record.run.startedAt.slice(0, 16).replace("T", " ")}</small>`,
    ...qualities.map((name) => withRange(valueText(record, name))),
    ...times.map((name) => withRange(changeOf(record, name))),
    formatBytes(record.result.sizeBytes),
    record.result.nodes,
    html`${gateBadges(record.gates ?? [])}`,
  ]);
  const numbers = [...qualities, ...times.map((name) => `${name}, ÷ original`), "size", "nodes"];
  return table(
    "The result of each run",
    [{ title: "run" }, ...numbers.map((title) => ({ title, isNumber: true })), { title: "gates" }],
    rows,
    { sticky: true },
  );
}

function valueText({ result }: RunRecord, name: string): string {
  const metric = metricOf(result, name);
  return metric ? formatMetric(metric) : "–";
}

function changeOf({ comparisons }: RunRecord, name: string): string {
  const comparison = comparisons.find(({ metric }) => metric === name);
  return comparison ? formatComparison(comparison, "ms") : "–";
}

const unique = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];
const latencies = (records: readonly RunRecord[]) => unique(records.flatMap(latencyNames));

/** Results of one original model, by what each run itself measured against it. */
function tradeoff(
  records: readonly RunRecord[],
  latency: string,
  labels: ReadonlyMap<RunRecord, string>,
  isNamed: boolean,
): Markup | undefined {
  const [first] = records;
  const quality = first && qualityOf(first);
  const metric = quality === undefined ? undefined : metricOf(first!.original, quality);
  if (first === undefined || quality === undefined || metric === undefined || !Number.isFinite(metric.value))
    return undefined;
  const reference: TradeoffPoint = {
    label: "original",
    series: "original",
    cost: 1,
    costInterval: undefined,
    quality: metric.value,
    qualityInterval: metric.interval,
  };
  const results = records.flatMap((record) => pointOf(record, labels.get(record)!, quality, latency));
  if (results.length === 0) return undefined;
  const chart = tradeoffChart({
    points: [reference, ...results],
    costLabel: `${latency} ÷ that of the original`,
    qualityLabel: quality,
    better: metric.better,
    formatCost: (value) => `× ${value.toFixed(2)}`,
    formatQuality: (value) => formatQuantity(value, metric.unit),
    costTick: (value) => `× ${tickText(value)}`,
    qualityTick: quantityTick(metric.unit),
  });
  const of = isNamed ? `, ${first.original.file.split("/").at(-1)}` : "";
  return html`<figure><figcaption>${quality} against ${latency}${of}</figcaption>${legend}${chart}</figure>`;
}

function pointOf(record: RunRecord, label: string, quality: string, latency: string): readonly TradeoffPoint[] {
  const good = metricOf(record.result, quality);
  const ratio = record.comparisons.find(({ metric, kind }) => metric === latency && kind === "ratio");
  if (good === undefined || ratio === undefined || !Number.isFinite(good.value)) return [];
  return [
    {
      label,
      series: "result",
      cost: ratio.value,
      costInterval: ratio.interval,
      quality: good.value,
      qualityInterval: good.interval,
    },
  ];
}

/** Each run in full, folded. */
export function foldedRuns(records: readonly RunRecord[]): readonly Markup[] {
  const labels = labelsOf(records);
  return records.map((record, i) => {
    const sections = runSections(record).map(({ title, body }) => html`<h3>${title}</h3>${body}`);
    return html`<details class="run" id="run-${i + 1}"><summary>${labels.get(record)}: ${headline(record)}</summary>${sections}</details>\n`;
  });
}
