/**
 * pare's quantization beside that of others: on the same models, data and calibration samples, what each makes of a
 * model (accuracy, latency, size, share of integers) and what making it costs (time and memory of whole processes).
 *
 *   MODELS=<folder> DATA=<folder> npm run bench:peers -- [--environment <folder>] [--only cifar_base,resnet_4b]
 *     [--repetitions 3] [--budget 20] [--max-time 300] [--out benchmarks/peers]
 *
 * The peers run in a Python environment that is made in `--environment` (about 0.5 GB; default a folder in
 * node_modules/.cache) and used for nothing else. `--pare`: the built command line; `--budget`: seconds that a model's
 * files are timed; `--max-time`: seconds that `quantize/auto` may search; `--out`: a folder that results.md and
 * results.json are written to. Prints the tables; exits 1 where a goal of cases.ts is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { cases } from "./peers/cases.ts";
import { pythonEnvironment } from "./peers/environment.ts";
import { runCase } from "./peers/run-case.ts";
import { type CaseResult, caseMarkdown, heading } from "./peers/table.ts";

const { values: options } = parseArgs({
  options: {
    environment: { type: "string", default: "node_modules/.cache/peers" },
    only: { type: "string" },
    repetitions: { type: "string", default: "3" },
    budget: { type: "string", default: "20" },
    pare: { type: "string", default: "dist/cli.js" },
    "max-time": { type: "string" },
    out: { type: "string" },
  },
});
const { MODELS = "" } = process.env;
const wanted = options.only?.split(",");
const scratch = mkdtempSync(join(tmpdir(), "pare-bench-peers-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const settings = {
  models: MODELS,
  scratch,
  python: pythonEnvironment(resolve(options.environment)),
  pare: resolve(options.pare),
  maxSeconds: options["max-time"] === undefined ? undefined : Number(options["max-time"]),
  repetitions: Number(options.repetitions),
  budgetMs: 1000 * Number(options.budget),
};
await using engine = createOnnxRuntimeEngine();
const world = { engine, progress: { report: () => {} }, signal: new AbortController().signal };

const parts = [heading(process.argv.slice(2))];
const results: CaseResult[] = [];
console.log(parts[0]);
for (const each of cases) {
  if (wanted !== undefined && !wanted.includes(each.model)) continue;
  const result = await runCase(each, settings, world);
  results.push(result);
  parts.push(caseMarkdown(result));
  console.log(`\n${parts.at(-1)}`);
  if (options.out !== undefined) writeResults(options.out);
}
const isMissed = results.some(({ verdicts }) => verdicts.some(({ isMet }) => !isMet));
process.exitCode = isMissed ? 1 : 0;

function writeResults(folder: string): void {
  writeFileSync(join(folder, "results.md"), `${parts.join("\n\n")}\n`);
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(results, withoutBlocks, 2)}\n`);
}

/** Single runs fill megabytes. */
function withoutBlocks(key: string, value: unknown): unknown {
  return key === "blocksMs" ? undefined : value;
}
