import { formatBytes, formatDuration } from "../format.ts";
import type { StepNote, StepRecord } from "../record.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const columns = [
  { title: "step" },
  { title: "nodes", isNumber: true },
  { title: "size after", isNumber: true },
  { title: "time", isNumber: true },
  { title: "what it changed" },
];

export function stepTable(steps: readonly StepRecord[]): Markup {
  const rows = steps.map((step) => [
    html`<b>${step.name}</b>${optionsOf(step)}`,
    html`${step.nodesBefore}&nbsp;→&nbsp;${step.nodesAfter}`,
    formatBytes(step.sizeBytes),
    step.status === "cached" ? html`cached` : formatDuration(step.durationMs),
    step.notes.length === 0 ? "nothing" : html`<ul>${step.notes.map(noteItem)}</ul>`,
  ]);
  return table("In the order in which they were done", columns, rows, { stacked: true });
}

function optionsOf({ options }: StepRecord): readonly Markup[] {
  return Object.entries(options).map(
    ([name, value]) => html`<small class="option"><code>${name}: ${JSON.stringify(value)}</code></small>`,
  );
}

const subjectsShown = 6;

function noteItem({ kind, text, subjects = [] }: StepNote): Markup {
  const more = subjects.length > subjectsShown ? ` and ${subjects.length - subjectsShown} more` : "";
  const names = subjects.slice(0, subjectsShown).join(", ");
  const detail = names === "" ? undefined : html` <small>${names}${more}</small>`;
  return html`<li>${kind === "left" ? html`<em>left alone:</em> ` : undefined}${text}${detail}</li>`;
}
