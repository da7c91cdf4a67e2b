import { relative } from "node:path";
import type { CheckedRecipe } from "@pare/recipe";
import { formatDuration, headline, renderGates, renderTable, renderTrainings } from "@pare/report";
import type { ExitCode } from "../terminal/fault.ts";
import type { CommandRun, Terminal } from "../terminal/terminal.ts";
import { failedGates } from "./gates.ts";
import { type RunOutcome, runRecipe } from "./run.ts";

export interface RunArgs {
  readonly recipe: string;
  readonly out: string;
  readonly lock: string | undefined;
  readonly base: string | undefined;
  readonly strict: boolean | undefined;
  readonly "cache-dir": string | undefined;
  readonly "cache-limit": number;
  readonly "no-cache": boolean | undefined;
}

export const runCommand: CommandRun<RunArgs> = (args, terminal) => runCommandWith((checked) => checked, args, terminal);

/** @param revise what the command line changes of the recipe */
export async function runCommandWith(
  revise: (checked: CheckedRecipe) => CheckedRecipe,
  args: RunArgs,
  terminal: Terminal,
): Promise<ExitCode> {
  const { recipe, out, lock, base, strict = false } = args;
  const folder = args["no-cache"] ? false : args["cache-dir"];
  const outcome = await runRecipe(recipe, {
    out,
    strict,
    revise,
    ...(lock !== undefined && { lock }),
    ...(base !== undefined && { base }),
    ...(folder !== undefined && { cacheFolder: folder }),
    cacheLimitBytes: args["cache-limit"] * 1e9,
    progress: terminal.progress,
    signal: terminal.signal,
  });
  terminal.printJson(outcome.record);
  printOutcome(outcome, terminal);
  return failedGates(outcome.record, strict).length > 0 ? 1 : 0;
}

function printOutcome({ record, folder, resumed }: RunOutcome, terminal: Terminal): void {
  const cached = record.steps.filter(({ status }) => status === "cached").length;
  const remarks = [
    resumed ? "Continued an interrupted run." : "",
    cached > 0 ? `${cached} of ${record.steps.length} steps came from the cache.` : "",
  ].filter((remark) => remark !== "");
  if (remarks.length > 0) terminal.remark(remarks.join(" "));
  for (const { text } of record.data.flatMap(({ notes = [] }) => notes)) terminal.warn(`Note: ${text}.`);
  const place = relative(process.cwd(), folder) || ".";
  terminal.print(
    `${record.recipe.name}: ${headline(record)}\n\n${renderTable(record, terminal.width)}${noiseText(record)}` +
      `${renderTrainings(record, terminal.width)}` +
      `${renderGates(record.gates ?? [], terminal.width)}\n` +
      `Took ${formatDuration(record.run.durationMs)}. Model, report.html, report.md, junit.xml, record.json and\n` +
      `recipe.lock.yaml are in ${place}`,
  );
}

/** What a ratio of times is worth, in one line for each measurement. */
function noiseText({ timings }: RunOutcome["record"]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return timings
    .map(
      ({ name, noiseFloor, runs }) =>
        `${name}: ${runs} runs each; ratios within ${percent(noiseFloor)} of 1 are noise.\n`,
    )
    .join("");
}
