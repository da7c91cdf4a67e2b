import { formatBytes, formatDuration } from "../format.ts";
import type { RunRecord, TimingRecord } from "../record.ts";
import { html, type Markup, type Part } from "./markup.ts";
import { table } from "./table.ts";

export function environmentList(record: RunRecord): Markup {
  const { environment: env, run, recipe, data, original, result } = record;
  const facts: readonly (readonly [string, Part])[] = [
    ["processor", `${env.cpu.model}, ${env.cpu.processors} processors`],
    ["features", env.cpu.features.join(", ") || "none that matter"],
    ["memory", formatBytes(env.memoryBytes)],
    ["system", `${env.os} ${env.arch}`],
    ["versions", `pare ${env.pare}, ${env.runtime.name} ${env.runtime.version}, Node.js ${env.node}`],
    ...data.map((set): [string, Part] => [
      `${set.split} data`,
      html`${set.source}, ${set.samples} samples, ${short(set.sha256)}${(set.notes ?? []).map(({ text }) => html`<br>${text}`)}`,
    ]),
    ["original", html`${original.file}, <code>${short(original.sha256)}</code>`],
    ["result", html`${result.file}, <code>${short(result.sha256)}</code>`],
    ["recipe", html`${recipe.name}, seed ${recipe.seed}, <code>${short(recipe.sha256)}</code>`],
    ["run", `${run.id}, ${run.startedAt}, ${formatDuration(run.durationMs)}`],
  ];
  return html`<dl class="facts">${facts.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>\n`)}</dl>`;
}

export function timingTable(timings: readonly TimingRecord[]): Markup {
  const columns = [
    "measurement",
    "scenario",
    "device",
    "threads",
    "batch",
    "runs each",
    "blocks",
    "A/A ratio",
    "noise floor",
  ];
  const rows = timings.map((timing) => [
    timing.name,
    scenarioText(timing),
    timing.device,
    timing.threads,
    timing.batch,
    timing.runs,
    timing.rounds,
    timing.controlRatio.toFixed(3),
    `± ${(timing.noiseFloor * 100).toFixed(1)} %`,
  ]);
  return table(
    "How speed was measured",
    columns.map((title, i) => ({ title, isNumber: i > 2 })),
    rows,
  );
}

/** "streaming at 30 /s", "server, p99 within 50 ms". */
function scenarioText({ scenario, rate, boundMs, percentile }: TimingRecord): string {
  if (rate !== undefined) return `${scenario} at ${rate} /s`;
  return boundMs === undefined ? scenario : `${scenario}, p${percentile} within ${boundMs} ms`;
}

const short = (sha256: string) => sha256.slice(0, 12);
