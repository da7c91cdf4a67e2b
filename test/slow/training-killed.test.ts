import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "pare-killed-"));
const program = join(dist, "training-parent.mjs");

beforeAll(() =>
  // Beside the command, so that it finds what the command finds.
  build({
    entryPoints: [fileURLToPath(new URL("../support/training-parent.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["source"],
    external: ["onnxruntime-node", "sharp", "@cwasm/jpeg-turbo", "@duckdb/node-api"],
    // As the command is bundled: yaml's entry for Node.js is CommonJS.
    alias: { yaml: fileURLToPath(new URL("../../node_modules/yaml/browser/index.js", import.meta.url)) },
  }),
);

afterAll(() => {
  rmSync(program, { force: true });
  rmSync(temporary, { recursive: true });
});

interface Kill {
  /** Steps of the process's own before. */
  readonly after: number;
  /** Not before a checkpoint is being written: its draft is there and is no checkpoint yet. */
  readonly whileWriting?: boolean;
}

interface Outcome {
  readonly steps: readonly number[];
  /** Undefined where it was killed before it had them. */
  readonly weights: string | undefined;
  /** Whether a draft was left behind. */
  readonly wasWriting: boolean;
}

/** Trains in a process that is killed as asked, unless it is done before. */
async function trained(store: string, kill?: Kill): Promise<Outcome> {
  mkdirSync(store, { recursive: true });
  const child = spawn(process.execPath, [program, temporary, store], { stdio: ["ignore", "pipe", "inherit"] });
  const steps: number[] = [];
  let weights: string | undefined;
  const isDue = () => kill !== undefined && steps.length >= kill.after;
  const watcher = watch(store, (_, file) => {
    if (isDue() && kill?.whileWriting && file?.endsWith(".draft")) child.kill("SIGKILL");
  });
  for await (const line of createInterface(child.stdout)) {
    const [, step] = /^step (\d+)$/.exec(line) ?? [];
    if (step === undefined) weights = line;
    else steps.push(Number(step));
    if (isDue() && !kill?.whileWriting) child.kill("SIGKILL");
  }
  watcher.close();
  return { steps, weights, wasWriting: readdirSync(store).some((file) => file.endsWith(".draft")) };
}

test("a training that is killed ten times and more, three times while it writes, ends with the bytes of one left alone", async () => {
  const whole = await trained(join(temporary, "whole"));
  expect(whole.steps).toHaveLength(84);
  expect(whole.weights).toMatch(/^\{"w":\[/);
  const store = join(temporary, "killed");
  let [furthest, kills, insideWrites] = [0, 0, 0];
  while (kills < 10 || insideWrites < 3) {
    expect(furthest, "killed too late to be killed inside a write").toBeLessThan(80);
    const { steps, weights, wasWriting } = await trained(store, {
      after: 1 + (kills % 4),
      whileWriting: kills % 2 > 0,
    });
    expect(weights).toBeUndefined();
    // A step that was not saved is done again; what was saved is not.
    expect(steps[0]).toBeGreaterThanOrEqual(Math.max(1, furthest - 2));
    furthest = steps.at(-1)!;
    kills++;
    if (wasWriting) insideWrites++;
  }
  const last = await trained(store);
  expect(last.steps[0]).toBeGreaterThanOrEqual(furthest - 2);
  expect(last.weights).toBe(whole.weights);
});
