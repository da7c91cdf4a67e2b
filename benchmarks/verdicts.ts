/**
 * Whether verdicts deserve trust: whole comparisons of records, with every metric.
 *
 *   npm run bench:verdicts                   20 comparisons of a model with itself, 10 of a planted slow-down of 5 %
 *   npm run bench:verdicts -- --full         200 and 100
 *   npm run bench:verdicts -- --model m.onnx another model for the first part
 *   npm run bench:verdicts -- --part power   one part alone: alarms or power
 *
 * False alarms: a model against itself, every second time with a busy process beside. At most 1 in 100 has any verdict of
 * worse or better, and of the quiet ones at least 90 in 100 call the median the same. Power: the slow-down's true effect is
 * the mean of ten comparisons, within half a point of 5 % (where a process puts its memory moves a ratio by a point, so one
 * long comparison would not do); at least 95 in 100 call it worse, of those whose noise floor is at most 1.5 %.
 * Prints counts as JSON; exits 1 where the goals do not hold.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { encodeOutcomes } from "@pare/measure";
import type { RunRecord, Verdict } from "@pare/report";
import { type Compared, compareRecords } from "../src/compare/compare.ts";
import { describeFiles } from "../src/model/files.ts";

const { values: args } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    runs: { type: "string" },
    budget: { type: "string", default: "20" },
    model: { type: "string" },
    part: { type: "string" },
  },
});
const itself = Number(args.runs ?? (args.full ? 200 : 20));
const slowed = Math.ceil(itself / 2);
const budget = Number(args.budget);
const folder = mkdtempSync(join(tmpdir(), "pare-verdicts-"));

/** A run's folder with its model and a record of it. */
async function runFolder(name: string, model: string): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path);
  copyFileSync(model, join(path, "model.onnx"));
  const { sha256, sizeBytes } = await describeFiles([join(path, "model.onnx")]);
  writeFileSync(join(path, "record.json"), JSON.stringify(recordOf(name, sha256, sizeBytes)));
  return path;
}

function recordOf(id: string, sha256: string, sizeBytes: number): RunRecord {
  const samples = Array.from({ length: 2000 }, (_, i) => i);
  const outcomes = encodeOutcomes(
    {
      kind: "class",
      classes: ["a", "b"],
      labels: Int32Array.from(samples, (i) => i % 2),
      predictions: Int32Array.from(samples, (i) => (i % 10 === 0 ? 1 - (i % 2) : i % 2)),
      ranks: Int32Array.from(samples, (i) => (i % 10 === 0 ? 1 : 0)),
      losses: Float64Array.from(samples, (i) => (i % 10 === 0 ? 2 : 0.1 + (i % 7) / 100)),
      confidences: Float32Array.from(samples, () => 0.9),
    },
    "the same samples",
  );
  const model = { file: "model.onnx", sha256, sizeBytes, nodes: 1, parameters: 1, weightBytes: 1, macs: null };
  const metrics = [
    { name: "accuracy.top1", unit: "ratio", better: "higher", value: 0.9, samples: 2000 },
    { name: "loss", unit: "nats", better: "lower", value: 0.3, samples: 2000 },
  ] as const;
  const timing = {
    name: "online",
    engine: "onnxruntime",
    device: "cpu",
    threads: 1,
    scenario: "online",
    batch: 1,
  } as const;
  const cpu = { model: "", processors: 1, features: [] };
  const environment = { pare: "", node: "", runtime: { name: "", version: "" }, os: "", arch: "", cpu, memoryBytes: 0 };
  return {
    format: "pare-record",
    version: 1,
    run: { id, startedAt: "", durationMs: 0 },
    recipe: { name: id, sha256: "", seed: 0 },
    environment,
    data: [],
    original: { ...model, metrics },
    result: { ...model, metrics, outcomes },
    steps: [],
    timings: [{ ...timing, runs: 0, rounds: 0, controlRatio: 1, noiseFloor: 0 }],
    comparisons: [],
  };
}

/** Products of [1, 256] by a square matrix: `large` of 256 columns, then `small` of 64. */
function chain(name: string, large: number, small: number): string {
  const first = Array.from({ length: large }, (_, i) => `h${i + 1} = MatMul (h${i}, w)`);
  const then = Array.from({ length: small }, (_, i) => `s${i + 1} = MatMul (s${i}, v)`);
  const text = `main (float[1, 256] h0) => (float[1, 64] s${small}) <float[256, 256] w = random(1),
    float[256, 64] u = random(2), float[64, 64] v = random(3)> {
    ${first.join(" ")} s0 = MatMul (h${large}, u) ${then.join(" ")} }`;
  const path = join(folder, name);
  writeModel(parseModel(text), path);
  return path;
}

function busyProcess(): ChildProcess {
  return spawn(process.execPath, ["-e", "for (;;) Math.sqrt(Math.random())"], { stdio: "ignore" });
}

async function compareTimes(base: string, head: string, count: number, isBusy: (i: number) => boolean) {
  const found: { readonly compared: Compared; readonly busy: boolean }[] = [];
  for (let i = 0; i < count; i++) {
    const busy = isBusy(i);
    const beside = busy ? busyProcess() : undefined;
    try {
      found.push({ compared: await compareRecords(base, head, { budget, seed: i }), busy });
    } finally {
      beside?.kill("SIGKILL");
    }
    process.stderr.write(`\r${found.length} of ${count} `);
  }
  return found;
}

const p50 = "latency.online.p50";
const rowOf = ({ rows }: Compared, metric: string) => rows.find((row) => row.metric === metric)!;

function count(compared: readonly Compared[]): Record<string, Partial<Record<Verdict, number>>> {
  const counts: Record<string, Partial<Record<Verdict, number>>> = {};
  for (const { rows } of compared)
    for (const { metric, verdict } of rows) {
      counts[metric] ??= {};
      counts[metric][verdict] = (counts[metric][verdict] ?? 0) + 1;
    }
  return counts;
}

async function falseAlarms(): Promise<boolean> {
  const path = await runFolder(
    "itself",
    args.model ?? fileURLToPath(new URL("../recipes/quickstart.onnx", import.meta.url)),
  );
  const found = await compareTimes(path, path, itself, (i) => i % 2 === 1);
  const quiet = found.filter(({ busy }) => !busy).map(({ compared }) => compared);
  const busy = found.filter((each) => each.busy).map(({ compared }) => compared);
  const alarms = found.filter(({ compared }) =>
    compared.rows.some(({ verdict }) => verdict === "worse" || verdict === "better"),
  ).length;
  const same = quiet.filter((compared) => rowOf(compared, p50).verdict === "same").length;
  const holds = alarms <= itself / 100 && same >= 0.9 * quiet.length;
  const ratios = quiet.map((compared) => Number(rowOf(compared, p50).value.toFixed(4)));
  console.log(JSON.stringify({ part: "false alarms", runs: itself, alarms, quietSame: same, holds }));
  console.log(JSON.stringify({ quiet: count(quiet), busy: count(busy), quietRatios: ratios }, null, 1));
  return holds;
}

const plantings = 10;

/** The number of small products that makes the effect 5 %, by the measured effect of the last try. */
async function plant(base: string): Promise<{ readonly head: string; readonly effect: number } | undefined> {
  for (let attempt = 0, small = 20; attempt < 6; attempt++) {
    const head = await runFolder(`slowed ${attempt}`, chain(`slowed-${attempt}.onnx`, 80, 4 + small));
    const ratios: number[] = [];
    for (let i = 0; i < plantings; i++)
      ratios.push(rowOf(await compareRecords(base, head, { budget, starts: 0, seed: 1000 + i }), p50).value);
    const effect = ratios.reduce((sum, ratio) => sum + ratio, 0) / plantings - 1;
    process.stderr.write(`${small} small products more: ${(effect * 100).toFixed(2)} %\n`);
    if (Math.abs(effect - 0.05) <= 0.005) return { head, effect };
    small = Math.max(1, Math.round(small * Math.min(3, Math.max(1 / 3, 0.05 / Math.max(effect, 0.005)))));
  }
  return undefined;
}

/** Of the machine, in a run that must tell. */
const highestFloor = 0.015;

async function power(): Promise<boolean> {
  const base = await runFolder("base", chain("base.onnx", 80, 4));
  const planted = await plant(base);
  if (planted === undefined) {
    console.log(JSON.stringify({ part: "power", holds: false, why: "no slow-down of 5 % could be planted" }));
    return false;
  }
  const found = await compareTimes(base, planted.head, slowed, () => false);
  const rows = found.map(({ compared }) => rowOf(compared, p50));
  const able = rows.filter(({ noiseFloor }) => noiseFloor !== undefined && noiseFloor <= highestFloor);
  const worse = able.filter(({ verdict }) => verdict === "worse").length;
  const holds = able.length > 0 && worse >= 0.95 * able.length;
  const { effect } = planted;
  console.log(JSON.stringify({ part: "power", effect, runs: slowed, withLowFloor: able.length, worse, holds }));
  console.log(JSON.stringify(rows.map(({ value, verdict }) => `${value.toFixed(3)} ${verdict}`)));
  return holds;
}

try {
  const parts: boolean[] = [];
  if (args.part !== "power") parts.push(await falseAlarms());
  if (args.part !== "alarms") parts.push(await power());
  if (parts.includes(false)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
