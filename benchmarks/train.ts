/**
 * Training ResNet-8 (width 16, batch 128) beside PyTorch: time of a step, time of an epoch, memory.
 *
 *   DATA=<folder> npm run bench:train [-- --environment <folder>] [--alternations 5] [--epochs 10]
 *
 * 1. A step: fresh processes that take turns, medians; PyTorch with the allocator settings that keep it from giving memory
 *    back and asking for it again. PyTorch is installed in `--environment` (about 1 GB; default a folder in
 *    node_modules/.cache), used for nothing else.
 * 2. An epoch of CIFAR-10 with loading, decoding and augmentation, against as many steps; and what all processes of the run
 *    hold together: at most, and how it grows from the second epoch to the last.
 *
 * Prints JSON; exits 1 where a goal is missed: a step at most 1.4 times PyTorch's, an epoch at most 1.1 times its steps, a
 * peak below 800 MB that grows by less than 20 MB. Without DATA only steps are timed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunRecord } from "@pare/report";
import { pythonEnvironment } from "./peers/environment.ts";
import { median, residentTree, runProcess } from "./process.ts";

const { values: options } = parseArgs({
  options: {
    environment: { type: "string", default: "node_modules/.cache/torch" },
    alternations: { type: "string", default: "5" },
    epochs: { type: "string", default: "10" },
  },
});
const goals = { step: 1.4, epoch: 1.1, peakBytes: 800e6, growthBytes: 20e6 };
const python = pythonEnvironment(resolve(options.environment), "benchmarks/peers/requirements-torch.txt");
// PyTorch's own step wobbles with page faults otherwise.
const allocator = {
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
  MALLOC_TOP_PAD_: "536870912",
};

const steps = await timeSteps(Number(options.alternations));
const isStepMet = steps.ratio <= goals.step;
console.log(JSON.stringify({ ...steps, goal: goals.step, isMet: isStepMet }));
let isAllMet = isStepMet;
if (process.env.DATA !== undefined) {
  const epochs = await trainEpochs(Number(options.epochs));
  const stepsMs = steps.pareMs * epochs.stepsPerEpoch;
  const ratio = epochs.epochMs / stepsMs;
  const isMet = ratio <= goals.epoch && epochs.peakBytes < goals.peakBytes && epochs.grownBytes < goals.growthBytes;
  console.log(JSON.stringify({ ...epochs, ratioToSteps: ratio, goals, isMet }));
  isAllMet &&= isMet;
}
process.exitCode = isAllMet ? 0 : 1;

async function timeSteps(alternations: number) {
  const script = "benchmarks/peers/train-step.py";
  const torch = (layout: string) => ["env", [...environment(allocator), python, script, layout]] as const;
  const commands = {
    pare: [process.execPath, ["scripts/run.mjs", "benchmarks/train/step.ts"]],
    torch: torch("nchw"),
    torchChannelsLast: torch("channels-last"),
  } as const;
  const times = { pare: [] as number[], torch: [] as number[], torchChannelsLast: [] as number[] };
  for (let turn = 0; turn < alternations; turn++) {
    const names = Object.keys(commands) as (keyof typeof commands)[];
    for (const name of turn % 2 === 0 ? names : names.reverse()) {
      const [program, args] = commands[name];
      const { output } = await runProcess(program, args, false);
      times[name].push(Number(output.trim().split("\n").at(-1)));
    }
  }
  const [pareMs, torchMs, channelsLastMs] = [times.pare, times.torch, times.torchChannelsLast].map(median) as [
    number,
    number,
    number,
  ];
  return {
    pareMs,
    torchMs,
    channelsLastMs,
    ratio: pareMs / torchMs,
    ratioToChannelsLast: pareMs / channelsLastMs,
    times,
  };
}

function environment(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/** Whole runs of the command, watched from outside; an epoch is done when its checkpoint is there. */
async function trainEpochs(epochs: number) {
  const scratch = mkdtempSync(join(tmpdir(), "pare-bench-train-"));
  try {
    const recipe = join(scratch, "resnet8.yaml");
    const text = readFileSync("benchmarks/train/recipes/resnet8.yaml", "utf8");
    writeFileSync(recipe, text.replace(/epochs: \d+/, `epochs: ${epochs}`));
    const out = join(scratch, "runs");
    const child = spawn(process.execPath, ["dist/cli.js", "run", recipe, "-o", out, "--no-cache"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const peaks = new Map<number, number>();
    let epoch = 0;
    child.stderr.on("data", (chunk) => {
      for (const [, shown] of String(chunk).matchAll(/epoch (\d+)\//g)) epoch = Number(shown);
    });
    const timer = setInterval(() => peaks.set(epoch, Math.max(peaks.get(epoch) ?? 0, residentTree(child.pid!))), 50);
    const code = await new Promise((done) => child.on("exit", done));
    clearInterval(timer);
    if (code !== 0) throw new Error(`the training ended with ${code}`);
    const [id] = await readdir(join(out, "resnet8"));
    const record: RunRecord = JSON.parse(readFileSync(join(out, "resnet8", id!, "record.json"), "utf8"));
    const [training] = record.steps.flatMap(({ notes }) => notes.flatMap((note) => note.training ?? []));
    const stepsPerEpoch = Math.floor(45_000 / 128);
    const epochMs = median(
      training!.epochs.map(({ samplesPerSecond }) => (1000 * 128 * stepsPerEpoch) / samplesPerSecond),
    );
    const grownBytes = peaks.get(epochs)! - peaks.get(2)!;
    const peakBytes = Math.max(...[...peaks].filter(([at]) => at > 0).map(([, bytes]) => bytes));
    return {
      epochMs,
      stepsPerEpoch,
      peakBytes,
      grownBytes,
      validation: training!.value,
      peaks: Object.fromEntries(peaks),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
