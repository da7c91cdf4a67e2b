/** Files read and written again: never larger, and ONNX Runtime computes the same bytes from them. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { newestRunnableIrVersion, readModel, writeModel } from "@pare/formats";
import { cloneModel, type Model } from "@pare/ir";
import { brokenPromise, probeModel, type Tensors } from "@pare/pass";
import { afterAll, describe, expect, it } from "vitest";
import { type ModelFile, modelFiles } from "../support/fixtures.ts";
import { runCases } from "../support/run-cases.ts";

const files = await modelFiles();
const folder = mkdtempSync(join(tmpdir(), "pare-codec-"));
const engine = createOnnxRuntimeEngine();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function runFile(path: string, cases: readonly Tensors[]): Promise<readonly Tensors[]> {
  return runCases(engine, { path }, cases, { optimize: "off" });
}

async function expectSameResults(file: ModelFile, model: Model, copy: string): Promise<void> {
  if (!file.runs || !file.isDeterministic || model.formatVersion > newestRunnableIrVersion) return;
  const probe = await probeModel(model, { seed: 7, run: (_, cases) => runFile(file.path, cases) });
  if (typeof probe === "string") throw new Error(`no inputs found: ${probe}`);
  const again = await runFile(
    copy,
    probe.cases.map(({ inputs }) => inputs),
  );
  for (const [i, { name, outputs }] of probe.cases.entries())
    expect(brokenPromise("exact", outputs, again[i]!), name).toBeUndefined();
}

function totalBytes(path: string): number {
  const data = statSync(`${path}.data`, { throwIfNoEntry: false });
  return statSync(path).size + (data?.size ?? 0);
}

describe("read and written without a change", () => {
  it.each(files)("$name", async (file) => {
    const model = readModel(file.path);
    const copy = join(folder, `${file.name}.onnx`);
    await writeModel(model, copy, { force: true });
    expect(totalBytes(copy)).toBeLessThanOrEqual(totalBytes(file.path));
    await expectSameResults(file, model, copy);
  });
});

describe("written from a copy of the graph", () => {
  it.each(files)("$name", async (file) => {
    const model = cloneModel(readModel(file.path));
    const copy = join(folder, `${file.name}-clone.onnx`);
    await writeModel(model, copy, { force: true });
    await expectSameResults(file, model, copy);
  });
});
