import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModel } from "@pare/formats";
import { cloneModel, type Model, parseModel, verifyModel } from "@pare/ir";
import { upgradeOpset } from "@pare/opset";
import { brokenPromise, probeModel, type SessionOptions, type Tensors } from "@pare/pass";
import { afterAll, describe, expect, it } from "vitest";
import { cases, modelAt } from "../../packages/opset/test/cases/index.ts";
import type { Fixture } from "../fixtures/fixture.ts";
import { networks } from "../fixtures/networks.ts";
import { opsets } from "../fixtures/opsets.ts";
import { structures } from "../fixtures/structures.ts";
import { runCases } from "../support/run-cases.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const targets = [13, 17, 18, 21, 23];
const levels: readonly NonNullable<SessionOptions["optimize"]>[] = ["off", "all"];

/** Raises copies of the model to each target and compares what the runtime gives. Gives the reason why it does not run. */
async function compare(model: Model, versions: readonly number[]): Promise<string | undefined> {
  for (const optimize of levels) {
    const run = (each: Model, cases: readonly Tensors[]) => runCases(engine, each, cases, { optimize, threads: 1 });
    const probe = await probeModel(model, { run, seed: 7 });
    if (typeof probe === "string") return probe;
    const given = probe.cases.map(({ inputs }) => inputs);
    for (const to of versions) {
      const raised = cloneModel(model);
      const notes = upgradeOpset(raised, to);
      verifyModel(raised);
      const promise = notes.some(({ text }) => text.includes("last bits differ")) ? "rounding" : "exact";
      const after = await run(raised, given);
      for (const [i, { name, outputs }] of probe.cases.entries())
        expect(brokenPromise(promise, outputs, after[i]!), `${to}, ${name}, ${optimize}`).toBeUndefined();
    }
  }
  return undefined;
}

describe("rewrites give the same bytes in ONNX Runtime", () => {
  it.each(cases.filter(({ notRun }) => notRun === undefined))("$name", async ({ name, from, to, before }) => {
    const later = targets.filter((target) => target > to && !(name.startsWith("RoiAlign") && target > 21));
    expect(await compare(modelAt(from, before), [to, ...later])).toBeUndefined();
  });
});

describe("fixtures", () => {
  const runnable = (fixture: Fixture) => fixture.runs !== false && !fixture.nondeterministic;
  it.each([...opsets, ...networks, ...structures].filter(runnable))("$name", async ({ text }) => {
    expect(await compare(parseModel(text), targets)).toBeUndefined();
  });
});

const folder = process.env.PARE_MODELS;
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".onnx"));

describe.runIf(files.length > 0)("files of PARE_MODELS", () => {
  it.each(files)("%s", async (name) => {
    const reason = await compare(readModel(join(folder ?? "", name)), targets);
    if (reason !== undefined) console.warn(`${name} was not compared: ${reason}`);
  });
});
