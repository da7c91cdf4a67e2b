import { createOnnxRuntimeEngine, describeMachine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { cloneModel, type Model, verifyModel } from "@pare/ir";
import { brokenPromise, type Pass, type Probe, probeModel, runPass, type Tensors, type Tools } from "@pare/pass";
import { quantizePasses } from "@pare/quantize";
import { isFloat, numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { modelFiles } from "../support/fixtures.ts";
import { runCases } from "../support/run-cases.ts";

/**
 * Lossy passes that need no data, on every fixture: the result verifies, loads and runs in ONNX Runtime with its
 * optimizations on, gives outputs of the same names, types and shapes, finite where they were, and near the original's.
 */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const tools: Tools = {
  run: (model, cases) => runCases(engine, model, cases, { threads: 1 }),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 5,
  selects: () => true,
  cpuFeatures: (describeMachine().features ?? []).filter(({ present }) => present).map(({ name }) => name),
};

interface Held {
  readonly pass: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Signal to noise of all float outputs together, at least, on seeded inputs. */
  readonly leastDb: number;
}

// 8-bit weights saturate where there is no VNNI: dynamic quantization is held for this processor.
const held: readonly Held[] = [
  { pass: "quantize/dynamic", options: { least: 1 }, leastDb: 15 },
  { pass: "quantize/dynamic", options: { target: "cpu-x64-avx2", least: 1, granularity: "tensor" }, leastDb: 10 },
  { pass: "quantize/float16", options: { target: "cpu-x64-vnni" }, leastDb: 35 },
  { pass: "quantize/storage", options: { type: "float16", minSize: 1 }, leastDb: 35 },
];

const files = (await modelFiles()).filter(({ runs, isDeterministic }) => runs && isDeterministic);
const changed = new Map<Held, number>();

describe.each(files)("$name", ({ path }) => {
  let probe: Promise<Probe | string> | undefined;
  const original = readModelFile(path);

  it.each(held)("$pass $options", async (each) => {
    probe ??= probeModel(original, tools);
    const found = await probe;
    if (typeof found === "string") return;
    const model = cloneModel(original);
    const pass: Pass = quantizePasses.find(({ name }) => name === each.pass)!;
    const { edits } = await runPass(model, pass, each.options, tools);
    if (edits.length === 0) return;
    verifyModel(model);
    changed.set(each, (changed.get(each) ?? 0) + 1);
    await compare(model, found, each);
  });
});

async function compare(model: Model, { cases }: Probe, { leastDb }: Held): Promise<void> {
  const inputs = model.graph.inputs.map(({ name }) => name);
  const given = cases.map((each) => new Map([...each.inputs].filter(([name]) => inputs.includes(name))));
  const after = await tools.run(model, given);
  for (const [i, { name, outputs }] of cases.entries()) {
    expect(brokenPromise("lossy", outputs, after[i]!), name).toBeUndefined();
    if (name.startsWith("seed")) expect(signalToNoiseDb(outputs, after[i]!), name).toBeGreaterThan(leastDb);
  }
}

/** Of the float outputs; −∞ where one is not finite that was. */
function signalToNoiseDb(before: Tensors, after: Tensors): number {
  let [signal, noise] = [0, 0];
  for (const [name, tensor] of before) {
    if (!isFloat(tensor.dtype)) continue;
    const changed = numbers(after.get(name)!);
    for (const [i, value] of numbers(tensor).entries()) {
      if (!Number.isFinite(value)) continue;
      signal += value ** 2;
      noise += (value - changed[i]!) ** 2;
    }
  }
  if (noise === 0) return Number.POSITIVE_INFINITY;
  return Number.isFinite(noise) ? 10 * Math.log10(signal / noise) : Number.NEGATIVE_INFINITY;
}

it("every pass changed models", () => {
  for (const each of held) expect(changed.get(each) ?? 0, each.pass).toBeGreaterThan(3);
});
