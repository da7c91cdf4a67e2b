/**
 * What training brings on real data: recipes of benchmarks/train/recipes, each with several seeds, and pairs of them compared.
 *
 *   MODELS=<folder> DATA=<folder> npm run bench:learn -- width8-alone width8-taught [--seeds 1,2,3] [--epochs 2]
 *
 * The seed is that of everything: initial weights, split, order, augmentation; so runs of one seed are pairs. Prints a JSON
 * line a run (validation of every training, test of what came out), then means, and the mean difference of each pair with
 * its 95 % interval (Student's t). `--epochs` shortens them all: for trying things out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunRecord } from "@pare/report";

const { values: options, positionals } = parseArgs({
  options: { seeds: { type: "string", default: "1,2,3" }, epochs: { type: "string" } },
  allowPositionals: true,
});
const recipes = resolve("benchmarks/train/recipes");
const names = positionals.length > 0 ? positionals : readdirSync(recipes).map((file) => file.replace(".yaml", ""));
const seeds = options.seeds.split(",").map(Number);
const pairs = [
  ["width8-taught", "width8-alone"],
  ["vit-taught", "vit-alone"],
  ["vit-int8", "vit-longer"],
  ["resnet8-3-bits", "resnet8-longer"],
] as const;
/** Student's t at 97.5 % by degrees of freedom. */
const tOf95 = [Infinity, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
const scratch = mkdtempSync(join(tmpdir(), "pare-bench-learn-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const tests = new Map<string, number[]>();
for (const seed of seeds)
  for (const name of names) {
    const record = run(name, seed);
    const top1 = (model: RunRecord["result"]) => model.metrics.find((each) => each.name === "accuracy.top1")!.value;
    const trained = record.steps.flatMap(({ notes }) => notes.flatMap(({ training = [] }) => training));
    const [original, result] = [top1(record.original), top1(record.result)];
    const validation = trained.map(({ label, before, value, best }) => ({ label, before, value, best }));
    console.log(JSON.stringify({ name, seed, validation, test: { original, result } }));
    tests.set(name, [...(tests.get(name) ?? []), result]);
  }
for (const [name, results] of tests)
  console.log(`${name}: ${percent(mean(results))} of the test set, ${seeds.length} seeds`);
for (const [one, other] of pairs) {
  const [a, b] = [tests.get(one), tests.get(other)];
  if (a === undefined || b === undefined) continue;
  const differences = a.map((value, i) => value - b[i]!);
  const half = (tOf95[a.length - 1] ?? 1.96) * (deviation(differences) / Math.sqrt(a.length));
  const middle = mean(differences);
  console.log(`${one} − ${other}: ${percent(middle)} (${percent(middle - half)} to ${percent(middle + half)})`);
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
