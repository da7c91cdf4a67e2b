/**
 * Large files: how long it takes and how much memory to look into a model, to read its structure, and to simplify it.
 *
 *   npm run bench:files [-- --only structure|copy|large] [--folder <scratch folder>] [--quick]
 *
 * Needs about 20 GB of free disk (2 GB with --quick, which divides every size by ten: a look,
 * not a measurement, since small models are also run and checked). Prints one JSON line a measure;
 * exits 1 where a goal is missed. Ratios are medians of interleaved pairs with the source in the page cache.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeModel } from "@pare/formats";
import { createGraphBuilder, createModel, type Model } from "@pare/ir";
import { makeTensor } from "@pare/tensor";
import { median, type ProcessRun, runProcess } from "./process.ts";
import { randomSource } from "./random-source.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, folder: { type: "string" }, only: { type: "string" } },
});
const unit = options.quick ? 2 ** 30 / 10 : 2 ** 30;
const cli = resolve("dist/cli.js");
const folder = mkdtempSync(join(options.folder ?? tmpdir(), "pare-bench-files-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

interface Weight {
  readonly name: string;
  readonly gigabytes: number;
  /** Weights of one seed and size hold the same bytes. */
  readonly seed: number;
  readonly isUsed?: boolean;
}

/** A chain of MatMul over float32 weights with 1024 columns each, and weights that nothing uses. */
function chainModel(weights: readonly Weight[]): Model {
  const builder = createGraphBuilder("chain");
  builder.input({ name: "x", type: { kind: "tensor", dtype: "float32", shape: ["batch", 1024] } });
  const sums: string[] = [];
  for (const { name, gigabytes, seed, isUsed = true } of weights) {
    const rows = Math.round((gigabytes * unit) / 4096);
    builder.constant({ name, tensor: makeTensor("float32", [1024, rows], randomSource(rows * 4096, seed)) });
    if (!isUsed) continue;
    builder.node({ domain: "onnx", type: "MatMul", inputs: ["x", name], outputs: [`${name}_product`] });
    builder.node({ domain: "onnx", type: "ReduceMax", inputs: [`${name}_product`], outputs: [`${name}_max`] });
    sums.push(`${name}_max`);
  }
  builder.node({ domain: "onnx", type: "Sum", inputs: sums, outputs: ["y"] });
  const graph = builder.finish([{ name: "y", type: { kind: "tensor", dtype: "float32", shape: undefined } }]);
  return createModel({ graph, opsets: new Map([["onnx", 17]]), formatVersion: 8 });
}

/** Reads a file to its end so that the page cache holds it. */
async function warm(path: string): Promise<void> {
  await runProcess("dd", [`if=${path}`, "of=/dev/null", "bs=4M"]);
}

let missed = 0;
function report(name: string, goal: number, unitName: string, value: number, more: Record<string, unknown> = {}): void {
  const isMet = value <= goal;
  if (!isMet) missed++;
  console.log(JSON.stringify({ name, value: Number(value.toFixed(2)), unit: unitName, goal, isMet, ...more }));
}

async function repeat(times: number, run: () => Promise<ProcessRun>): Promise<{ ms: number; mb: number }> {
  const runs: ProcessRun[] = [];
  for (let i = 0; i < times; i++) runs.push(await run());
  return { ms: median(runs.map((r) => r.milliseconds)), mb: Math.max(...runs.map((r) => r.peakBytes)) / 2 ** 20 };
}

async function inspectAndSimplifyLarge(): Promise<void> {
  const path = join(folder, "large.onnx");
  await writeModel(
    chainModel([
      { name: "huge", gigabytes: 3, seed: 1 },
      { name: "left", gigabytes: 1, seed: 2 },
      { name: "right", gigabytes: 1, seed: 2 },
      { name: "unused", gigabytes: 0.5, seed: 3, isUsed: false },
      { name: "small", gigabytes: 0.5, seed: 4 },
    ]),
    path,
    { externalData: "always" },
  );
  const inspect = await repeat(5, () => runProcess(process.execPath, [cli, "inspect", path]));
  report("inspect 6 GB, time", 300, "ms", inspect.ms);
  report("inspect 6 GB, peak memory", 150, "MB", inspect.mb);
  const out = join(folder, "large.small.onnx");
  const simplify = await repeat(1, () => runProcess(process.execPath, [cli, "simplify", path, "-o", out]));
  const bytes = dataBytes(out);
  report("simplify 6 GB, peak memory", 300, "MB", simplify.mb, { seconds: simplify.ms / 1000, dataBytes: bytes });
  report("simplify 6 GB, data left", 4.5, "GB of 6", bytes / unit);
  rmFiles(path, out);
}

async function simplifyAgainstCopy(): Promise<void> {
  const path = join(folder, "two.onnx");
  const weights = [0.5, 0.5, 0.5, 0.25].map((gigabytes, i) => ({ name: `w${i}`, gigabytes, seed: 10 + i }));
  const twice = { name: "again", gigabytes: 0.125, seed: 20 };
  const all = [...weights, twice, { ...twice, name: "same" }, { ...twice, name: "unused", seed: 21, isUsed: false }];
  await writeModel(chainModel(all), path, { externalData: "always" });
  await warm(`${path}.data`);
  const out = join(folder, "two.small.onnx");
  const copy = join(folder, "two.copy");
  const ratios: number[] = [];
  const seconds: { simplify: number[]; cp: number[] } = { simplify: [], cp: [] };
  for (let pair = 0; pair < 5; pair++) {
    const order = pair % 2 === 0 ? (["simplify", "cp"] as const) : (["cp", "simplify"] as const);
    const times = { simplify: 0, cp: 0 };
    for (const which of order) {
      rmFiles(out, copy);
      await runProcess("sync", []);
      const run =
        which === "cp"
          ? await runProcess("cp", [`${path}.data`, copy], false)
          : await runProcess(process.execPath, [cli, "simplify", path, "-o", out], false);
      times[which] = run.milliseconds;
      seconds[which].push(run.milliseconds / 1000);
    }
    ratios.push(times.simplify / times.cp);
  }
  report("simplify 2 GB against cp", 1.3, "times", median(ratios), {
    simplifySeconds: median(seconds.simplify),
    cpSeconds: median(seconds.cp),
  });
  rmFiles(path, out, copy);
}

async function structureOfSingleFile(): Promise<void> {
  const path = join(folder, "single.onnx");
  const weights = Array.from({ length: 500 }, (_, i) => ({ name: `w${i}`, gigabytes: 1 / 500, seed: 100 + i }));
  await writeModel(chainModel(weights), path, { externalData: "never" });
  const reader = join("dist", "index.js");
  const script = `import { readModel } from "./${reader}"; const t = performance.now(); readModel(${JSON.stringify(path)}); console.log(performance.now() - t)`;
  const times: number[] = [];
  for (let i = 0; i < 5; i++)
    times.push(Number((await runProcess(process.execPath, ["--input-type=module", "-e", script])).output));
  report("read the structure of a 1 GB file", 200, "ms", median(times), { fileBytes: statSync(path).size });
  rmFiles(path);
}

function dataBytes(path: string): number {
  return statSync(`${path}.data`).size;
}

function rmFiles(...paths: readonly string[]): void {
  for (const path of paths) for (const file of [path, `${path}.data`]) rmSync(file, { force: true });
}

console.log(
  JSON.stringify({
    cpu: /model name\s*: (.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1],
    node: process.version,
  }),
);
const parts = { structure: structureOfSingleFile, copy: simplifyAgainstCopy, large: inspectAndSimplifyLarge };
for (const [name, part] of Object.entries(parts)) if (options.only === undefined || options.only === name) await part();
process.exitCode = missed > 0 ? 1 : 0;
