import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { countNodes, parseModel } from "@pare/ir";
import { type Pass, runPass, type SessionOptions, type Tools } from "@pare/pass";
import { quantizePasses } from "@pare/quantize";
import { simplify, simplifyPasses } from "@pare/simplify";
import { afterAll, describe, expect, it } from "vitest";
import { rewrites } from "../fixtures/rewrites.ts";
import { type Held, held, holdToPromise } from "../harness/held-to-promise.ts";
import { modelFiles } from "../support/fixtures.ts";
import { runCases } from "../support/run-cases.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** Off: what the file itself says. All: what users run; a rewrite may lead it to other kernels, so only `simplify`. */
function toolsWith(optimize: NonNullable<SessionOptions["optimize"]>): Tools {
  return {
    run: (model, cases) => runCases(engine, model, cases, { optimize, threads: 1 }),
    progress: { report: () => {} },
    signal: new AbortController().signal,
    seed: 11,
    selects: () => true,
  };
}

const tools = toolsWith("off");
const optimized = toolsWith("all");
/** The project's own models must be compared; of others the sizes that they take may not be guessed. */
const isOwn = (path: string) => process.env.PARE_MODELS === undefined || !path.startsWith(process.env.PARE_MODELS);
const written = rewrites.map(({ name, text }) => ({
  name,
  runs: true,
  isDeterministic: true,
  isOwn: true,
  read: () => parseModel(text),
}));
const stored = (await modelFiles()).map((file) => ({
  ...file,
  isOwn: isOwn(file.path),
  read: () => readModelFile(file.path),
}));
const models = [...written, ...stored];
const rounding = quantizePasses.filter(({ promise }) => promise !== "lossy");
const passes: readonly Pass<never>[] = [...simplifyPasses, simplify, ...rounding] as never;
const changed = new Map<string, number>();

describe.each(models)("$name", (file) => {
  const opened = new Map<Tools, Promise<Held>>();
  const open = (by: Tools): Promise<Held> => {
    const found =
      opened.get(by) ??
      held(file.name, file.read(), file.runs && file.isDeterministic, by, by === tools ? optimized : tools);
    opened.set(by, found);
    return found;
  };

  it.each(passes)("$name keeps its promise", async (pass) => {
    const verdict = await holdToPromise(await open(tools), pass, tools);
    if (verdict.kind === "broken") expect(verdict.problems).toEqual([]);
    if (verdict.kind === "held") changed.set(pass.name, (changed.get(pass.name) ?? 0) + 1);
  });

  it("simplify keeps its promise with the runtime's optimizations on", async () => {
    const verdict = await holdToPromise(await open(optimized), simplify, optimized, { sites: false });
    if (verdict.kind === "broken") expect(verdict.problems).toEqual([]);
  });

  it.runIf(file.isOwn && file.runs && file.isDeterministic)("is really compared", async () => {
    const { probe } = await open(tools);
    expect(probe).toMatchObject({ cases: { length: 5 } });
  });

  it("simplify finds nothing more in what it made", async () => {
    const model = file.read();
    await runPass(model, simplify, {}, tools);
    const nodes = countNodes(model);
    const again = await runPass(model, simplify, {}, tools);
    expect(again.edits, JSON.stringify(again.notes)).toEqual([]);
    expect(countNodes(model)).toBe(nodes);
  });
});

it("every pass changed one of the models", () => {
  expect(passes.map((pass) => pass.name).filter((name) => !changed.has(name))).toEqual([]);
});
