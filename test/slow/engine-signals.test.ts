import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const endless = parseModel(`main (int64 trips, float[64, 64] x) => (float[64, 64] y) {
  y = Loop <body = graph body (int64 i, bool c, float[64, 64] a) => (bool more, float[64, 64] b) {
    more = Identity (c)
    b = MatMul (a, a)
  }> (trips, , x)
}`);

const dist = fileURLToPath(new URL("../../packages/engine/dist/", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "pare-signals-"));
const modelPath = join(temporary, "endless.onnx");
let folder: string;
let program: string;

beforeAll(async () => {
  // Below the package, so that it finds the runtime, and the host's program one folder up.
  folder = mkdtempSync(join(dist, "parent-"));
  program = join(folder, "parent.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../support/engine-parent.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    external: ["onnxruntime-node"],
  });
  writeModel(endless, modelPath);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(temporary, { recursive: true });
});

interface Parent {
  readonly process: ChildProcess;
  readonly childPid: number;
  readonly lines: string[];
  readonly ended: Promise<readonly [number | null, string | null]>;
}

/** Resolves when the model is open and, but for "idle", about to run. Its temporary folder is a fresh one. */
async function startParent(manner: string): Promise<Parent> {
  const scratch = join(temporary, manner);
  mkdirSync(scratch);
  const child = spawn(process.execPath, [program, modelPath, manner], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: scratch, TEMP: scratch },
  });
  const lines: string[] = [];
  const output = createInterface(child.stdout!);
  const ended = once(child, "close").then(([code, signal]) => [code, signal] as const);
  const [first] = await once(output, "line");
  output.on("line", (line) => lines.push(line));
  return { process: child, childPid: Number(first), lines, ended };
}

/** A process that has ended but that nobody has asked about ("Z") is not running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Milliseconds until the process and its scratch folder are gone, at most 2 s. */
async function untilGone(pid: number, manner: string): Promise<number> {
  const start = performance.now();
  const isThere = () => isRunning(pid) || readdirSync(join(temporary, manner)).length > 0;
  while (isThere() && performance.now() - start < 2000) await pause(10);
  return performance.now() - start;
}

test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
  "%s of the command during a run: its runtime process ends too",
  async (signal) => {
    const parent = await startParent(signal);
    await pause(300);
    expect(isRunning(parent.childPid)).toBe(true);
    parent.process.kill(signal);
    expect(await parent.ended).toEqual([null, signal]);
    expect(await untilGone(parent.childPid, signal)).toBeLessThan(1000);
  },
);

test("Ctrl-C during a run: the command aborts it, says so and exits 130 within a second", async () => {
  const parent = await startParent("graceful");
  await pause(300);
  const start = performance.now();
  // The terminal signals every process of the group, so the runtime's too.
  process.kill(parent.childPid, "SIGINT");
  parent.process.kill("SIGINT");
  expect(await parent.ended).toEqual([130, null]);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(parent.lines).toEqual([`ENGINE_ABORTED: running ${modelPath} was stopped on request.`]);
  expect(await untilGone(parent.childPid, "graceful")).toBeLessThan(100);
});

test("an engine that is left open does not keep the command from ending", async () => {
  const parent = await startParent("idle");
  expect(await parent.ended).toEqual([0, null]);
  expect(await untilGone(parent.childPid, "idle")).toBeLessThan(1000);
});
