/** Every model, quantized with stand-in ranges for this processor, loads and runs as integers where that was predicted. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile, readModelFrom } from "@pare/formats";
import { type Model, parseModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import { likelyInputs, likelySizes, runPass, type Session, type Tools } from "@pare/pass";
import { place, predict, prepare, prove, targets, writeQdq } from "@pare/quantize";
import { simplify } from "@pare/simplify";
import { MemorySource } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { rewrites } from "../fixtures/rewrites.ts";
import { modelFiles } from "../support/fixtures.ts";
import { runCases } from "../support/run-cases.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const target = targets.get("cpu-x64-vnni")!;
const tools: Tools = {
  run: (model, cases) => runCases(engine, model, cases, { optimize: "off", threads: 1 }),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

const models = [
  ...rewrites.map(({ name, text }) => ({ name, read: () => parseModel(text) })),
  ...(await modelFiles()).map(({ name, path }) => ({ name, read: () => readModelFile(path) })),
];

async function quantized(model: Model): Promise<Model> {
  await runPass(model, simplify, {}, tools);
  upgradeOpset(model, 13);
  prepare(model, target);
  const placement = place(model, inferTypes(model), target);
  writeQdq(model, placement, new Map(placement.activations.map((point) => [point, { min: -4, max: 4 }])));
  return model;
}

/** On the first sizes that the model takes; false where it takes none of them. */
async function runs(session: Session, model: Model): Promise<boolean> {
  for (const choose of likelySizes) {
    const inputs = likelyInputs(model, 0, choose);
    if (inputs === undefined) return false;
    try {
      await session.run(inputs);
      return true;
    } catch {
      // Other sizes may do.
    }
  }
  return false;
}

describe.each(models)("$name", ({ read }) => {
  it("runs as predicted, node by node", { timeout: 300_000 }, async ({ skip }) => {
    const original = read();
    if (
      await engine.open(original).then(
        (session) => session[Symbol.asyncDispose](),
        () => true,
      )
    )
      skip("the runtime does not open the original");
    const model = await quantized(original);
    const prediction = predict(model, inferTypes(model), target);
    await using session = await engine.open(model, { profile: true, optimizedModel: true, threads: 1 });
    if (!(await runs(session, model))) skip("its input sizes cannot be guessed");
    const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
    const { disagreements, provenShare } = prove(prediction, await session.profile(), optimized);
    expect(disagreements).toEqual([]);
    expect(provenShare).toBe(prediction.integerShare);
  });
});
