import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
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

/** Trains in a process that is killed after so many steps of its own, unless it is done before; gives what it printed. */
async function trained(store: string, killedAfter = Infinity): Promise<{ steps: readonly number[]; weights?: string }> {
  const child = spawn(process.execPath, [program, temporary, store], { stdio: ["ignore", "pipe", "inherit"] });
  const steps: number[] = [];
  let weights: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    const [, step] = /^step (\d+)$/.exec(line) ?? [];
    if (step === undefined) weights = line;
    else steps.push(Number(step));
    if (steps.length === killedAfter) child.kill("SIGKILL");
  }
  return { steps, ...(weights !== undefined && { weights }) };
}

test("a training that is killed again and again ends with the same bytes as one that is left alone", async () => {
  const whole = await trained(join(temporary, "whole"));
  expect(whole.steps).toHaveLength(84);
  expect(whole.weights).toMatch(/^\{"w":\[/);
  const store = join(temporary, "killed");
  let furthest = 0;
  for (const killedAfter of [3, 1, 20, 7, 13]) {
    const { steps, weights } = await trained(store, killedAfter);
    expect(weights).toBeUndefined();
    // A step that was not saved is done again; what was saved is not.
    expect(steps[0]).toBeGreaterThanOrEqual(Math.max(1, furthest - 2));
    furthest = steps.at(-1)!;
  }
  const last = await trained(store);
  expect(last.steps[0]).toBeGreaterThanOrEqual(furthest - 2);
  expect(last.weights).toBe(whole.weights);
});
