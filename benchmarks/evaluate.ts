/**
 * What `pare evaluate` costs beside its parts, and how its memory grows with the number of images.
 *
 *   MODELS=<folder> DATA=<folder> npm run bench:evaluate [-- <model.onnx> <recipe.yaml>]
 *
 * Default: cifar_base.onnx in MODELS and benchmarks/accuracy/cifar_base.yaml, whose images are a tar.gz of small JPEGs
 * in DATA. In every round, one after the other: the model on the decoded batches, timed beside its session with the
 * engine and threads that `evaluate` has; libjpeg-turbo (the build that pare uses, one thread) on the files; and the whole
 * command. Then peak memory of all its processes on every tenth image and on all. Prints JSON lines; exits 1 where a
 * goal is missed.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { batches } from "@pare/data";
import { allowedCpus, createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { datasetFeeds } from "@pare/measure";
import { readRecipe } from "@pare/recipe";
import { createJpegDecoder } from "../packages/data/src/images/jpeg.ts";
import { recipeCatalog } from "../src/catalog.ts";
import { prepareBatches } from "../src/evaluate/open-model.ts";
import { openTestData, resolvePath, transformOf } from "../src/run/data.ts";
import { median, runProcess } from "./process.ts";

const rounds = 5;
const startMs = 1000;
const command = resolve("dist/cli.js");
const { MODELS = "" } = process.env;
const model = resolve(process.argv[2] ?? join(MODELS, "cifar_base.onnx"));
const recipePath = resolve(process.argv[3] ?? "benchmarks/accuracy/cifar_base.yaml");
const checked = readRecipe(recipePath, recipeCatalog);
const { test } = checked.recipe.data;
if (test === undefined || !("images" in test)) throw new Error(`${recipePath}: its test data must be images`);
const { images: written } = test;
const archive = resolvePath(written, checked.folder);
const folder = mkdtempSync(join(tmpdir(), "pare-bench-evaluate-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let missed = 0;
function report(name: string, goal: number, value: number, more: Record<string, unknown>): void {
  const isMet = value <= goal;
  if (!isMet) missed++;
  console.log(JSON.stringify({ name, value: Number(value.toFixed(3)), goal, isMet, ...more }));
}

/** Of every decoded batch run once, in the engine's process. */
async function modelMs(): Promise<number> {
  const dataset = await openTestData(checked);
  await using engine = createOnnxRuntimeEngine();
  const world = { engine, signal: new AbortController().signal };
  const feeds = datasetFeeds(dataset!, { transform: transformOf(checked.recipe) });
  const prepared = await prepareBatches(readModelFile(model), world, feeds);
  await using session = await engine.open(prepared.model, world);
  const timed = [];
  const [input] = session.inputs;
  for await (const { inputs } of batches(dataset!, { batch: 64, transform: transformOf(checked.recipe), pad: true }))
    timed.push({ session, inputs: new Map([[input!.name, [...inputs.values()][0]!]]) });
  const { durationsUs } = await engine.time(timed, { blocks: 1, runsPerBlock: 1, warmupRuns: 0, seed: 0 });
  return durationsUs.flat().reduce((sum, each) => sum + each[0]!, 0) / 1000;
}

/** The files in memory, without what pare skips or hands to another decoder. */
function jpegMs(files: readonly Uint8Array[]): number {
  const decoder = createJpegDecoder();
  const began = performance.now();
  for (const file of files) decoder.decode(file);
  return performance.now() - began;
}

function imagePaths(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : [])).sort();
}

/** The same recipe on every tenth image of each class, as an archive of the same kind. */
function tenthRecipe(unpacked: string, paths: readonly string[]): string {
  const names = paths.filter((_, i) => i % 10 === 0).map((path) => path.slice(unpacked.length + 1));
  const list = join(folder, "names");
  writeFileSync(list, names.join("\n"));
  const target = join(folder, `tenth-${basename(archive)}`);
  execFileSync("tar", ["-caf", target, "-C", unpacked, "-T", list]);
  const copy = join(folder, "tenth.yaml");
  writeFileSync(copy, readFileSync(recipePath, "utf8").replace(written, target));
  return copy;
}

const run = (recipe: string, isWatched: boolean) =>
  runProcess(process.execPath, [command, "evaluate", model, "--data", recipe, "--quiet"], isWatched);

async function time(files: readonly Uint8Array[]): Promise<void> {
  const all = { model: [] as number[], jpeg: [] as number[], command: [] as number[], ratio: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const parts = { model: await modelMs(), jpeg: jpegMs(files), command: (await run(recipePath, false)).milliseconds };
    for (const [name, ms] of Object.entries(parts)) all[name as keyof typeof parts].push(ms);
    all.ratio.push(parts.command / (1.5 * parts.model + parts.jpeg + startMs));
  }
  const seconds = (values: readonly number[]) => Number((median(values) / 1000).toFixed(3));
  report("time ÷ (1.5 · model + libjpeg-turbo + 1 s)", 1, median(all.ratio), {
    commandSeconds: seconds(all.command),
    modelSeconds: seconds(all.model),
    jpegSeconds: seconds(all.jpeg),
    threads: allowedCpus(),
  });
}

async function memory(tenth: string): Promise<void> {
  const few: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < rounds; round++) {
    few.push((await run(tenth, true)).treePeakBytes);
    many.push((await run(recipePath, true)).treePeakBytes);
  }
  const megabytes = (values: readonly number[]) => Number((median(values) / 2 ** 20).toFixed(1));
  report("memory, all images ÷ a tenth of them", 1.1, median(many) / median(few), {
    fewMb: megabytes(few),
    manyMb: megabytes(many),
  });
}

const unpacked = join(folder, "unpacked");
mkdirSync(unpacked);
execFileSync("tar", ["-xf", archive, "-C", unpacked]);
const paths = imagePaths(unpacked);
console.log(JSON.stringify({ model: basename(model), recipe: basename(recipePath), images: paths.length }));
await time(paths.map((path) => readFileSync(path)));
await memory(tenthRecipe(unpacked, paths));
process.exitCode = missed > 0 ? 1 : 0;
