/**
 * What training brings on real data: recipes of benchmarks/train/recipes, each with several seeds, and pairs of them compared.
 *
 *   MODELS=<folder> DATA=<folder> npm run bench:learn -- width8-alone width8-taught [--seeds 1,2,3] [--epochs 2]
 *     [--out benchmarks/train]
 *
 * The seed is that of everything: initial weights, split, order, augmentation; so runs of one seed are pairs. Prints a JSON
 * line a run (validation of every training, test of what came out), then a table of means, and the mean difference of each
 * pair with its 95 % interval (Student's t). `--epochs` shortens them all: for trying things out. `--out`: a folder whose
 * results.json keeps the runs, those of earlier times too (a run takes minutes to an hour), and results.md the tables.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunRecord } from "@pare/report";
import { keepRuns, type LearnedRun, learnedTables } from "./learned.ts";

const { values: options, positionals } = parseArgs({
  options: { seeds: { type: "string", default: "1,2,3" }, epochs: { type: "string" }, out: { type: "string" } },
  allowPositionals: true,
});
const recipes = resolve("benchmarks/train/recipes");
const names = positionals.length > 0 ? positionals : readdirSync(recipes).map((file) => file.replace(".yaml", ""));
const seeds = options.seeds.split(",").map(Number);
const scratch = mkdtempSync(join(tmpdir(), "pare-bench-learn-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const runs: LearnedRun[] = [];
for (const seed of seeds)
  for (const name of names) {
    const learned = learn(name, seed);
    console.log(JSON.stringify(learned));
    runs.push(learned);
    if (options.out !== undefined) keepRuns(options.out, [learned]);
  }
console.log(learnedTables(runs));

function learn(name: string, seed: number): LearnedRun {
  const record = run(name, seed);
  const top1 = (model: RunRecord["result"]) => model.metrics.find((each) => each.name === "accuracy.top1")!.value;
  const trained = record.steps.flatMap(({ notes }) => notes.flatMap(({ training = [] }) => training));
  const validation = trained.map(({ label, before, value, best, stored }) => ({
    ...{ label, before, value, best },
    ...(typeof stored?.agreement === "number" && { agreement: stored.agreement }),
  }));
  const test = { original: top1(record.original), result: top1(record.result) };
  return { name, seed, date: new Date().toISOString().slice(0, 10), validation, test };
}

function run(name: string, seed: number): RunRecord {
  const text = readFileSync(join(recipes, `${name}.yaml`), "utf8").replace(/^seed: .*$/m, `seed: ${seed}`);
  const shortened = options.epochs === undefined ? text : text.replace(/epochs: \d+/g, `epochs: ${options.epochs}`);
  const recipe = join(scratch, `${name}.yaml`);
  writeFileSync(recipe, shortened);
  const out = join(scratch, `${name}-${seed}`);
  const { status } = spawnSync(process.execPath, ["dist/cli.js", "run", recipe, "-o", out, "--no-cache"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`${name} with seed ${seed} ended with ${status}`);
  const [id] = readdirSync(join(out, name));
  return JSON.parse(readFileSync(join(out, name, id!, "record.json"), "utf8"));
}
