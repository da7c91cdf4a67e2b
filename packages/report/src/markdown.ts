import { barText } from "./bar-text.ts";
import { formatBytes, formatCount, formatDuration } from "./format.ts";
import { gateWords } from "./gate-text.ts";
import { deviceRemarks, nodeTimeHeader, nodeTimeRows } from "./node-times.ts";
import { rightCounts } from "./predictions.ts";
import type { GateRecord, GateStatus, RunRecord, StepNote, StepRecord } from "./record.ts";
import { comparisonRows } from "./rows.ts";
import { searchCaption, searchesOf, searchHeader, searchRows } from "./search.ts";
import { sensitivitiesOf, sensitivityCaption, sensitivityRows } from "./sensitivity.ts";
import { trainingHeader, trainingRows, trainingsOf } from "./training.ts";

/** Characters. GitHub takes 65,536 in a comment; some room is left for what is put around the report. */
export const markdownLimit = 60_000;

export interface MarkdownOptions {
  /** Where `renderSvg`'s drawing lies, from the Markdown file. Default: none is shown. */
  readonly drawing?: string;
}

/**
 * The run as Markdown that fits a pull-request comment: a table of the original against the result, bars, what each
 * step did, and where it was measured. A pure function of the record.
 *
 * The bars are text: a comment on GitHub shows neither inline SVG nor pictures in data addresses, nor files of the
 * run. Where the Markdown lies in a folder beside the drawing, that is shown too.
 */
export function renderMarkdown(record: RunRecord, options: MarkdownOptions = {}): string {
  const whole = textOf(record, options, (step) => stepText(step, step.notes));
  if (whole.length <= markdownLimit) return whole;
  const brief = textOf(record, options, (step) => stepText(step, []));
  if (brief.length <= markdownLimit) return brief;
  return `${brief.slice(0, brief.lastIndexOf("\n", markdownLimit))}\n\nShortened: report.html has all.\n`;
}

function textOf(record: RunRecord, { drawing }: MarkdownOptions, describe: (step: StepRecord) => string): string {
  const { run, recipe, steps, gates = [] } = record;
  const blocks = [
    `## ${escapeMarkdown(recipe.name)}: ${headline(record)}`,
    comparisonTable(record),
    intervalRemark(record),
    rightRemark(record),
    barText(record),
    drawing === undefined ? "" : `![Charts of quality against latency and of the run times](${encodeURI(drawing)})`,
    ...(gates.length > 0 ? ["### Gates", gateTable(gates)] : []),
    ...(steps.length > 0 ? ["### Steps", steps.map(describe).join("\n")] : []),
    searchText(record),
    trainingText(record),
    sensitivityText(record),
    nodeText(record),
    "### Where",
    environmentText(record),
    `<sub>Run ${escapeMarkdown(run.id)} · recipe ${recipe.sha256.slice(0, 12)} · result ${record.result.sha256.slice(0, 12)} · ` +
      `${run.startedAt}</sub>`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** The one fact that holds whatever was measured. */
export function headline({ original, result }: RunRecord): string {
  const nodes = `${original.nodes} → ${result.nodes} nodes`;
  return `${nodes}, ${formatBytes(original.sizeBytes)} → ${formatBytes(result.sizeBytes)}`;
}

function comparisonTable(record: RunRecord): string {
  const rows = comparisonRows(record).map(
    (row) => `| ${row.label} | ${row.original} | ${row.result} | ${row.change} |`,
  );
  return ["| | original | result | change |", "|---|---:|---:|---:|", ...rows].join("\n");
}

function intervalRemark(record: RunRecord): string {
  const metric = [...record.original.metrics, ...record.result.metrics].find((candidate) => candidate.interval);
  if (metric?.interval === undefined) return "";
  return `In brackets: ${Math.round(metric.interval.confidence * 100)} % confidence intervals.`;
}

function rightRemark(record: RunRecord): string {
  const counts = rightCounts(record);
  if (counts === undefined) return "";
  const { both, original, result, neither } = counts;
  return (
    `Of the same samples, ${formatCount(both)} are right in both models, ${formatCount(original)} only in the original, ` +
    `${formatCount(result)} only in the result, ${formatCount(neither)} in neither.`
  );
}

const signs: Readonly<Record<GateStatus, string>> = { pass: "✅", fail: "❌", "cannot-tell": "❔", skipped: "➖" };

function gateTable(gates: readonly GateRecord[]): string {
  const rows = gates.map(
    ({ expression, status, reason }) =>
      `| ${signs[status]} ${gateWords[status]} | ${escapeMarkdown(expression)} | ${escapeMarkdown(reason)} |`,
  );
  return ["| | gate | what decides it |", "|---|---|---|", ...rows].join("\n");
}

function stepText(step: StepRecord, notesShown: readonly StepNote[]): string {
  const cached = step.status === "cached" ? ", from the cache" : ` in ${formatDuration(step.durationMs)}`;
  const title = `- **${escapeMarkdown(step.name)}**: ${step.nodesBefore} → ${step.nodesAfter} nodes${cached}`;
  const notes = notesShown.map(
    (note) => `  - ${note.kind === "left" ? "left alone: " : ""}${escapeMarkdown(note.text)}`,
  );
  return [title, ...notes].join("\n");
}

const nodesShown = 5;

/** The slowest nodes of both models, folded away. */
function nodeText({ original, result }: RunRecord): string {
  const parts = (
    [
      ["original", original],
      ["result", result],
    ] as const
  ).flatMap(([which, { profile }]) => {
    if (profile === undefined) return [];
    const rows = nodeTimeRows(profile, nodesShown).map((cells) => `| ${cells.map(escapeMarkdown).join(" | ")} |`);
    const table = [`| ${nodeTimeHeader.join(" | ")} |`, "|---|---|---|---:|---:|", ...rows].join("\n");
    return [`The ${which}:`, table, ...deviceRemarks(profile).map(escapeMarkdown)];
  });
  if (parts.length === 0) return "";
  return ["<details><summary>The slowest nodes</summary>", ...parts, "</details>"].join("\n\n");
}

/** What was tried, folded away. */
function searchText(record: RunRecord): string {
  const tables = searchesOf(record).flatMap((each) => [
    `Judged by ${searchCaption(each)}.`,
    [searchHeader, ["---", ...searchHeader.slice(1).map(() => "---:")], ...searchRows(each)]
      .map(markdownRow)
      .join("\n"),
  ]);
  if (tables.length === 0) return "";
  return ["<details><summary>What was tried</summary>", ...tables, "</details>"].join("\n\n");
}

/** What was trained beside what it is compared with. */
function trainingText(record: RunRecord): string {
  const tables = trainingsOf(record).map((each) =>
    [
      trainingHeader(each),
      [
        "---",
        ...trainingHeader(each)
          .slice(1)
          .map(() => "---:"),
      ],
      ...trainingRows(each),
    ]
      .map(markdownRow)
      .join("\n"),
  );
  return tables.length === 0 ? "" : ["### Training", ...tables].join("\n\n");
}

/** The parts that matter most, folded away. */
function sensitivityText(record: RunRecord): string {
  const tables = sensitivitiesOf(record).flatMap((each) => [
    escapeMarkdown(sensitivityCaption(each)),
    ["| nodes | divergence |", "|---|---:|", ...sensitivityRows(each, nodesShown).map(markdownRow)].join("\n"),
  ]);
  if (tables.length === 0) return "";
  return ["<details><summary>Where quantization costs accuracy</summary>", ...tables, "</details>"].join("\n\n");
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(" | ")} |`;
}

function environmentText({ environment: env, data }: RunRecord): string {
  const features = env.cpu.features.length > 0 ? ` (${env.cpu.features.join(", ")})` : "";
  const sets = data.flatMap((set) => [
    `- ${set.split} data: ${escapeMarkdown(set.source)}, ${set.samples} samples`,
    ...(set.notes ?? []).map(({ text }) => `  - ${escapeMarkdown(text)}`),
  ]);
  return [
    `- ${escapeMarkdown(env.cpu.model)}${features}, ${env.cpu.processors} processors, ${formatBytes(env.memoryBytes)} memory`,
    `- pare ${env.pare}, ${env.runtime.name} ${env.runtime.version}, Node.js ${env.node}, ${env.os} ${env.arch}`,
    ...sets,
  ].join("\n");
}

/** Names come from files: they must not become markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}
