import { formatBytes, significant } from "../format.ts";
import { deviceRemarks, nodeTimeHeader, nodeTimeRows } from "../node-times.ts";
import type { ModelProfile, RunRecord } from "../record.ts";
import { barTable, nodePairs, operatorPairs, tensorPairs } from "./bars.ts";
import { environmentList, timingTable } from "./environment.ts";
import { figures, latencies, tradeoffs } from "./figures.ts";
import { gateTable } from "./gates.ts";
import { html, type Markup, type Part } from "./markup.ts";
import { mistakes } from "./mistakes.ts";
import { searchTables } from "./search.ts";
import { sensitivityTables } from "./sensitivity.ts";
import type { Series } from "./series.ts";
import { stepTable } from "./steps.ts";
import { comparisonTable } from "./summary.ts";
import { table } from "./table.ts";
import { trainingFigures } from "./training.ts";

export interface Section {
  /** Anchor within the run. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** What there is to say about one run; sections that the record has nothing for are left out. */
export function runSections(record: RunRecord): readonly Section[] {
  const { gates = [], recipe } = record;
  const sections: readonly (Section | undefined)[] = [
    { id: "comparison", title: "Comparison", body: comparison(record) },
    gates.length === 0 ? undefined : { id: "gates", title: "Gates", body: gateTable(gates) },
    section("mistakes", "Mistakes", mistakes(record)),
    section("tradeoff", "Quality against latency", figures(tradeoffs(record))),
    section("latency", "Latency", figures(latencies(record))),
    section("nodes", "Time by node", timeByNode(record)),
    section("tensors", "Size by tensor", sizeByTensor(record)),
    section("search", "What was tried", searchTables(record)),
    section("training", "Training", trainingFigures(record)),
    section("sensitivity", "Sensitivity", sensitivityTables(record)),
    record.steps.length === 0 ? undefined : { id: "steps", title: "Steps", body: stepTable(record.steps) },
    { id: "environment", title: "Environment", body: environment(record) },
    recipe.text === undefined
      ? undefined
      : { id: "recipe", title: "Recipe", body: html`<pre tabindex="0">${recipe.text.trimEnd()}</pre>` },
  ];
  return sections.filter((found) => found !== undefined);
}

function section(id: string, title: string, body: Markup | undefined): Section | undefined {
  return body && { id, title, body };
}

function comparison(record: RunRecord): Markup {
  const confidence = [...record.original.metrics, ...record.result.metrics].find(({ interval }) => interval)?.interval
    ?.confidence;
  const remark =
    confidence &&
    html`<p class="note">Small below a value: its ${Math.round(confidence * 100)} % confidence interval. Changes of accuracy are paired over the same samples, those of speed come from interleaved runs.</p>`;
  return html`${comparisonTable(record)}${remark || undefined}`;
}

const ms = (value: number) => `${significant(value)} ms`;

function timeByNode(record: RunRecord): Markup | undefined {
  const pairs = operatorPairs(record);
  if (pairs.length === 0) return undefined;
  const { original, result } = record;
  const nodes = nodePairs(record);
  const byNode =
    nodes.length === 0 ? undefined : barTable("Mean time of the slowest nodes in a run", "node", nodes, ms);
  return html`${barTable("Mean time of a run by operator, from the runtime's own trace", "operator", pairs, ms)}${byNode}
<p class="note">Names are those of the graph that the runtime makes of the model: it fuses operators. All kernels of a run: original ${ms(original.profile!.totalMs)}, result ${ms(result.profile!.totalMs)}; tracing itself takes time too.</p>
${nodeTable("original", original.profile!)}${nodeTable("result", result.profile!)}`;
}

const nodesShown = 20;

function nodeTable(series: Series, profile: ModelProfile): Markup {
  const columns = nodeTimeHeader.map((title) => ({ title, isNumber: title === "time" || title === "share" }));
  const rows = nodeTimeRows(profile, nodesShown).map(([node, ...cells]): Part[] => [
    html`<code>${node}</code>`,
    ...cells,
  ]);
  const remarks = deviceRemarks(profile).map((remark) => html`<p class="note">${remark}</p>`);
  return html`<details><summary>The slowest nodes of the ${series}</summary>${table(`The slowest nodes of the ${series}`, columns, rows)}${remarks}</details>`;
}

function sizeByTensor(record: RunRecord): Markup | undefined {
  const pairs = tensorPairs(record);
  return pairs.length === 0
    ? undefined
    : barTable("The largest tensors by the bytes that they take", "tensor", pairs, formatBytes);
}

function environment(record: RunRecord): Markup {
  return html`${environmentList(record)}${record.timings.length > 0 ? timingTable(record.timings) : undefined}`;
}
