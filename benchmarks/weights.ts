/**
 * Weight-only quantization of large models: int4 in blocks of 128, symmetric, beside ONNX Runtime's own quantizer on the
 * same file; time and memory of whole processes, and the error of every weight.
 *
 *   PYTHON=<python with onnx, onnx-ir and onnxruntime> npm run bench:weights [-- --folder <scratch folder>] [--only one|six] [--quick]
 *
 * Without PYTHON only our own side is measured. Needs about 10 GB of free disk (1 GB with --quick, which divides sizes by
 * ten). Prints one JSON line a measure; exits 1 where a goal is missed. Times are medians of interleaved runs with the
 * source in the page cache; the ratio is the median of the pairs' ratios.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeModel } from "@pare/formats";
import { createGraphBuilder, createModel, type Model } from "@pare/ir";
import { makeTensor } from "@pare/tensor";
import { median, type ProcessRun, runProcess } from "./process.ts";
import { blockErrors } from "./weights/block-errors.ts";
import { normalSource } from "./weights/normal-source.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, folder: { type: "string" }, only: { type: "string" } },
});
const python = process.env.PYTHON;
const script = fileURLToPath(new URL("weights/blocks.py", import.meta.url));
const cli = resolve("dist/cli.js");
const folder = mkdtempSync(join(options.folder ?? tmpdir(), "pare-bench-weights-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const block = 128;
const size = 4096;
/** Weights of 64 MiB in a gigabyte. */
const perGigabyte = options.quick ? 2 : 16;
const pairs = 3;
const shapes = { square: [size, size], tall: [4 * size, size], wide: [size, 4 * size] } as const;

/** Matrix products side by side; each fourth pair of weights is tall and wide, as in a transformer's feed-forward part. */
function productModel(gigabytes: number): Model {
  const builder = createGraphBuilder("products");
  const sums: string[] = [];
  for (const name of ["x", "long"]) {
    const columns = name === "x" ? size : 4 * size;
    builder.input({ name, type: { kind: "tensor", dtype: "float32", shape: ["batch", columns] } });
  }
  let left = gigabytes * perGigabyte;
  for (let i = 0; left > 0; i++) {
    const kind = left < 4 || i % 4 < 2 ? "square" : i % 4 === 2 ? "tall" : "wide";
    const [rows, columns] = shapes[kind];
    left -= kind === "square" ? 1 : 4;
    const tensor = makeTensor("float32", [rows, columns], normalSource(rows * columns, i));
    builder.constant({ name: `w${i}`, tensor });
    const inputs = [kind === "tall" ? "long" : "x", `w${i}`];
    builder.node({ domain: "onnx", type: "MatMul", name: `product${i}`, inputs, outputs: [`p${i}`] });
    builder.node({ domain: "onnx", type: "ReduceMax", inputs: [`p${i}`], outputs: [`m${i}`] });
    sums.push(`m${i}`);
  }
  builder.node({ domain: "onnx", type: "Sum", inputs: sums, outputs: ["y"] });
  const graph = builder.finish([{ name: "y", type: { kind: "tensor", dtype: "float32", shape: undefined } }]);
  return createModel({ graph, opsets: new Map([["onnx", 17]]), formatVersion: 8 });
}

let missed = 0;
function report(name: string, goal: number, unit: string, value: number, more: Record<string, unknown> = {}): void {
  const isMet = value <= goal;
  if (!isMet) missed++;
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(5)), unit, goal, isMet, ...more }));
}

function ours(path: string, out: string, watchMemory = false): Promise<ProcessRun> {
  const plain = ["--no-simplify", "--no-measure", "--no-cache", "--force", "--quiet"];
  const args = ["quantize", path, "-o", out, "--scheme", "weights", "--block-size", String(block), ...plain];
  return runProcess(process.execPath, [cli, ...args], watchMemory);
}

function theirs(path: string, out: string, watchMemory = false): Promise<ProcessRun> {
  rmFiles(out);
  return runProcess(python!, [script, path, out, String(block)], watchMemory);
}

/** Reads a file to its end so that the page cache holds it. */
async function warm(path: string): Promise<void> {
  await runProcess("dd", [`if=${path}`, "of=/dev/null", "bs=4M"], false);
}

function rmFiles(...paths: readonly string[]): void {
  for (const path of paths) for (const name of [path, `${path}.data`]) rmSync(name, { force: true });
}

const megabytes = ({ peakBytes }: ProcessRun) => peakBytes / 2 ** 20;

async function oneGigabyte(): Promise<void> {
  const path = join(folder, "one.onnx");
  const [mine, other] = [join(folder, "ours.onnx"), join(folder, "theirs.onnx")];
  await writeModel(productModel(1), path, { externalData: "always" });
  await warm(`${path}.data`);
  const seconds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let pair = 0; pair < pairs; pair++)
    for (const which of pair % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const)) {
      if (which === "theirs" && python === undefined) continue;
      await runProcess("sync", [], false);
      const run = which === "ours" ? await ours(path, mine) : await theirs(path, other);
      seconds[which].push(run.milliseconds / 1000);
    }
  report("1 GB, peak memory", 400, "MB", megabytes(await ours(path, mine, true)), {
    seconds: median(seconds.ours),
    dataBytes: statSync(`${mine}.data`).size,
  });
  const own = blockErrors(path, mine);
  report("1 GB, weights that are not the nearest code", 0, "weights", own.notNearest, { ...own });
  report("1 GB, largest error where nothing is clipped", 0.5 + 1e-6, "steps", own.steps);
  report("1 GB, largest error where clipped", 1, "steps", own.clippedSteps);
  if (python === undefined) {
    console.log(JSON.stringify({ name: "ONNX Runtime's quantizer", skipped: "PYTHON names no Python" }));
    return;
  }
  const memory = megabytes(await theirs(path, other, true));
  const ratios = seconds.ours.map((each, i) => each / seconds.theirs[i]!);
  const peer = blockErrors(path, other);
  report("1 GB, time against ONNX Runtime's", 1, "times", median(ratios), {
    ours: median(seconds.ours),
    theirs: median(seconds.theirs),
    theirMegabytes: memory,
  });
  report("1 GB, squared error against ONNX Runtime's", 1, "times", own.squared / peer.squared, { theirs: { ...peer } });
  rmFiles(path, mine, other);
}

async function sixGigabytes(): Promise<void> {
  const [path, out] = [join(folder, "six.onnx"), join(folder, "six.int4.onnx")];
  await writeModel(productModel(6), path, { externalData: "always" });
  const run = await ours(path, out, true);
  report("6 GB, peak memory", 400, "MB", megabytes(run), { seconds: run.milliseconds / 1000 });
  rmFiles(path, out);
}

if (options.only !== "six") await oneGigabyte();
if (options.only !== "one") await sixGigabytes();
process.exitCode = missed > 0 ? 1 : 0;
