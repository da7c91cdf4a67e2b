import {
  decidingFloor,
  fitColumns,
  formatComparison,
  formatMetric,
  type Metric,
  signed,
  type Verdict,
  wrap,
  wrapIndented,
} from "@pare/report";
import type { Compared } from "./compare.ts";
import type { CompareRow } from "./rows.ts";

const words: Readonly<Record<Verdict, string>> = {
  better: "better",
  same: "same",
  worse: "WORSE",
  "cannot-tell": "cannot tell",
  "not-comparable": "not comparable",
};

/** At most `width` columns: where the intervals do not fit they go on lines of their own. */
export function comparedText(compared: Compared, width = 80): string {
  const rows = compared.rows.map(cells);
  const lines = fitColumns([header, ...rows], width);
  const below = remarks(compared).flatMap((remark) => wrapIndented(remark, width));
  return `${[...wrap(headline(compared), width), "", ...lines, "", ...below].join("\n").trimEnd()}\n`;
}

/** For a comment on a pull request. */
export function comparedMarkdown(compared: Compared): string {
  const line = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rows = compared.rows.map((row) => {
    const all = cells(row);
    const verdict = row.verdict === "worse" ? "**worse**" : words[row.verdict];
    return [`\`${all[0]}\``, ...all.slice(1, -1), verdict];
  });
  const table = [line(header), line(["---", "--:", "--:", "--:", "---"]), ...rows.map(line)];
  return `${[`### pare: ${headline(compared)}`, "", ...table, "", ...remarks(compared)].join("\n").trimEnd()}\n`;
}

const header = ["metric", "base", "head", "change", "verdict"];

function headline({ rows, verdict, measured }: Compared): string {
  const worse = rows.filter((row) => row.verdict === "worse").map(({ metric }) => metric);
  const how = measured ? "both models measured here, interleaved" : "from the records alone";
  if (worse.length > 0) return `worse: ${worse.join(", ")} (${how})`;
  const isWhole = rows.every((row) => row.verdict !== "not-comparable");
  const none = isWhole ? "nothing is worse" : "nothing that can be compared is worse";
  return `${verdict === "better" ? `better, ${none}` : none} (${how})`;
}

function cells(row: CompareRow): readonly string[] {
  return [row.metric, valueText(row, row.base), valueText(row, row.head), changeText(row), words[row.verdict]];
}

function valueText({ metric, unit, better }: CompareRow, value: number | undefined): string {
  if (value === undefined) return "–";
  return formatMetric({ name: metric, unit, better, value, samples: 1 } satisfies Metric);
}

/** No change is shown where nothing can be compared. */
function changeText(row: CompareRow): string {
  return row.verdict === "not-comparable" ? "–" : formatComparison(row, row.unit);
}

function floorText(row: CompareRow, before: string): string {
  const floor = decidingFloor(row, row.noiseFloor);
  return floor === undefined ? "" : `${before}${(floor * 100).toFixed(1)} %`;
}

function remarks({ rows, hostNotes, inputs, evaluated }: Compared): readonly string[] {
  const effects = rows.flatMap((row) => {
    const { metric, kind, unit, smallestEffect } = row;
    if (smallestEffect === undefined) return [];
    const points = unit === "ratio" ? signed(smallestEffect * 100, 2, " points") : smallestEffect.toPrecision(3);
    const size = kind === "ratio" ? `× ${smallestEffect.toFixed(3)}` : points;
    return [
      `${metric}: the smallest effect that could have been seen is ${size}${floorText(row, ", with a noise floor of ")}.`,
    ];
  });
  const floors = rows
    .filter(({ smallestEffect }) => smallestEffect === undefined)
    .map((row) => ({ row, floor: floorText(row, "the verdict rests on the noise floor of ") }))
    .flatMap(({ row, floor }) => (floor === "" ? [] : [`${row.metric}: ${floor}.`]));
  const notes = rows.flatMap(({ metric, note }) => (note === undefined ? [] : [`${metric}: ${note}.`]));
  const timed = inputs === undefined ? [] : [`Timed on ${inputs}.`];
  const again = evaluated === undefined ? [] : [`Both models were evaluated on ${evaluated}.`];
  return [...effects, ...floors, ...notes, ...again, ...timed, ...hostNotes].map((line) => `- ${line}`);
}
