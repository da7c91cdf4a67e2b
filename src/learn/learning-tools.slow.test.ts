import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import type { Observation } from "@pare/pass";
import { checkRecipe, openCache } from "@pare/recipe";
import { afterAll, describe, expect, it } from "vitest";
import { builtinModelPath, recipeCatalog } from "../catalog.ts";
import type { World } from "../run/tools.ts";
import { type LearningData, openLearningData } from "./learning-data.ts";
import { learningTools } from "./learning-tools.ts";

const engine = createOnnxRuntimeEngine();
const folder = mkdtempSync(join(tmpdir(), "pare-learn-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine[Symbol.asyncDispose]();
});

const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };
const quickstart = readModelFile(builtinModelPath("quickstart"));

async function dataOf(samples: number, evaluate = "[accuracy.top1]"): Promise<LearningData> {
  const text = `version: 1
model: builtin:quickstart
data:
  train: { generated: glyphs, samples: 60 }
  validation: { generated: glyphs, samples: 200 }
  test: { generated: glyphs, samples: 1 }
  calibration: { samples: ${samples} }
  input: { mean: [0.5], std: [0.25] }
evaluate: ${evaluate}`;
  return (await openLearningData(checkRecipe(text, "/r/r.yaml", recipeCatalog)))!;
}

const unlabelled = (dataset: Dataset): Dataset => ({
  ...dataset,
  sample: async (index) => ({ ...(await dataset.sample(index)), target: undefined }),
});

const values = (model: Model): readonly Observation[] =>
  [...model.graph.nodes]
    .filter(({ type }) => ["Conv", "Relu", "MaxPool", "Gemm"].includes(type))
    .flatMap(({ outputs }) => outputs.map(({ name }) => ({ value: name, histogram: true })));

describe("observe", () => {
  it("gives the same for a model whose batch is fixed to 1, but for rounding", async () => {
    const data = await dataOf(40);
    const fixed = cloneModel(quickstart);
    fixed.graph.edit("fix", (edit) => {
      const input = fixed.graph.inputs[0]!;
      if (input.type?.kind === "tensor")
        edit.retype(input, { ...input.type, shape: [1, ...input.type.shape!.slice(1)] });
    });
    const observe = (model: Model) => learningTools(model, { data, bench: undefined }, world).data!.observe;
    const free = await observe(quickstart)(quickstart, values(quickstart));
    const one = await observe(fixed)(fixed, values(quickstart));
    for (const [name, { max, samples, histogram }] of free) {
      expect(samples).toBe(40);
      expect(one.get(name)!.samples).toBe(40);
      expect(one.get(name)!.max).toBeCloseTo(max, 3);
      expect(one.get(name)!.histogram!.counts.reduce((a, b) => a + b)).toBe(histogram!.counts.reduce((a, b) => a + b));
    }
  });

  it("comes from the cache the next time, bit for bit", async () => {
    const data = await dataOf(20);
    const cache = await openCache(folder);
    const wanted = values(quickstart).slice(0, 2);
    const open = () => learningTools(quickstart, { data, bench: undefined, cache }, world).data!;
    const first = await open().observe(quickstart, wanted);
    const closed: World = { ...world, engine: { ...engine, open: () => Promise.reject(new Error("opened")) } };
    const again = learningTools(quickstart, { data, bench: undefined, cache }, closed).data!;
    expect(await again.observe(quickstart, wanted)).toEqual(first);
    await expect(again.observe(quickstart, [{ value: wanted[0]!.value }])).rejects.toThrow("opened");
  });
});

describe("batches", () => {
  it("hold the calibration samples in order, the last one smaller", async () => {
    const data = await dataOf(50);
    const { data: tools } = learningTools(quickstart, { data, bench: undefined }, world);
    const name = quickstart.graph.inputs[0]!.name;
    const sizes: number[] = [];
    for await (const batch of tools!.batches({ batch: 20 })) sizes.push(batch.get(name)!.shape[0]!);
    expect(sizes).toEqual([20, 20, 10]);
    sizes.length = 0;
    for await (const batch of tools!.batches({ batch: 20, samples: 30 })) sizes.push(batch.get(name)!.shape[0]!);
    expect(sizes).toEqual([20, 10]);
  });
});

describe("a model that leaves its batch free and takes one sample all the same", () => {
  /** [N,3,32,32] → means of channels, through a reshape that holds one sample; `softmax` makes samples depend on each other. */
  const oneAtATime = (softmax: string) =>
    parseModel(`main (float[N, 3, 32, 32] x) => (float[N, 2] y)
<int64[2] one = {1, 3}, float[3, 2] w = {1, -1, 2, 0, 0, 3}>
{
  mean = GlobalAveragePool (x)
  seen = ${softmax} (mean)
  flat = Reshape (seen, one)
  y = MatMul (flat, w)
}`);

  it.each([
    ["a copy with a free batch is calibrated and judged", "Relu", 20],
    ["else samples come one by one", "Softmax <axis = 0>", 1],
  ])("%s", async (_, softmax, together) => {
    const model = oneAtATime(softmax);
    const data = await dataOf(20, "[fidelity.agreement]");
    const { data: tools } = learningTools(model, { data, bench: undefined }, world);
    const sizes: number[] = [];
    for await (const batch of tools!.batches()) sizes.push(batch.get("x")!.shape[0]!);
    expect(sizes).toEqual(new Array(20).fill(1));
    const many = await tools!.manyAtOnce(model);
    expect(many === undefined ? 1 : 20).toBe(together);
    const seen = (await tools!.observe(model, [{ value: "flat" }])).get("flat")!;
    expect(seen).toMatchObject({ samples: 20, elements: 60 });
    if (together === 1) expect([seen.min, seen.max]).toEqual([1, 1]);
    const [judged] = await tools!.judge([cloneModel(model)], model);
    expect(judged).toMatchObject({ samples: 200, value: 1, snrDb: 200 });
  });
});

describe("judge", () => {
  it("a copy has lost nothing, and what gives no answer has lost nearly all", async () => {
    const data = await dataOf(50);
    const { data: tools } = learningTools(quickstart, { data, bench: undefined }, world);
    const output = quickstart.graph.outputs[0]!.name;
    const silent = cloneModel(quickstart);
    silent.graph.edit("silence", (edit) => {
      const last = silent.graph.value(output)!;
      const zero = edit.node("onnx.Sub", [last, last]).outputs[0]!;
      edit.replaceUses(last, zero, (use) => use.kind === "output");
    });
    const [same, lost] = await tools!.judge([cloneModel(quickstart), silent], quickstart);
    expect(same).toMatchObject({ metric: "accuracy.top1", samples: 200, drop: 0, agreement: 1, snrDb: 200 });
    // Tango's limit where nothing changed: z² ÷ (n + z²).
    expect(same!.dropUpper).toBeCloseTo(1.6424 / (200 + 1.6424), 6);
    expect(lost!.drop).toBeGreaterThan(0.5);
    expect(lost!.drop).toBe(lost!.reference - lost!.value);
    expect(lost!.dropUpper).toBeGreaterThan(lost!.drop);
    // The reference's outputs are kept: the second time they are the same without running it.
    expect(await tools!.judge([silent], quickstart)).toEqual([lost]);
  });

  it("what holds no classes is judged by noise, of which the model itself may have some", async () => {
    const data = { ...(await dataOf(20)), validation: unlabelled((await dataOf(20)).validation) };
    const { data: tools } = learningTools(quickstart, { data, bench: undefined }, world);
    const scaled = (factor: number) =>
      parseModel(`main (float[N, 3, 32, 32] x) => (float[N, 3, 32, 32] y)
<float f = {${factor}}>
{ y = Mul (x, f) }`);
    const [judged] = await tools!.judge([scaled(1.1)], scaled(1));
    // A tenth more everywhere: 1 % of the energy.
    expect(judged).toMatchObject({ metric: "noise", reference: 0, agreement: undefined, divergence: undefined });
    expect(judged!.drop).toBeCloseTo(0.01, 5);
    expect(judged!.snrDb).toBeCloseTo(20, 3);
    // The grey values 0 to 255 again, but for rounding, cut off: the runtime puts the product into the convolution.
    const stepped = parseModel(`main (float[N, 3, 32, 32] x) => (float[N, 3, 32, 32] y)
<float[3, 1, 1, 1] w = {0.1, 0.1, 0.1}, float[3] b = {0.2, 0.2, 0.2}, float[1, 3, 1, 1] s = {637.5, 637.5, 637.5}>
{
  a = Conv <group = 3> (x, w, b)
  m = Mul (a, s)
  y = Floor (m)
}`);
    const [copy] = await tools!.judge([cloneModel(stepped)], stepped);
    expect(copy!.reference).toBeGreaterThan(1e-7);
    expect(copy).toMatchObject({ metric: "noise", value: 0, drop: -copy!.reference });
    // Node by node the reference rounds otherwise; what it gave optimized is not taken for that, or the other way round.
    const [beside] = await tools!.judge([cloneModel(stepped)], stepped, { optimize: "off" });
    expect(beside!.value).toBeGreaterThan(1e-7);
    const [again] = await tools!.judge([cloneModel(stepped)], stepped);
    expect(again).toMatchObject({ value: 0, snrDb: 200 });
  });

  it("without a metric of labels compares outputs", async () => {
    const data = await dataOf(50, "[fidelity.agreement]");
    const { data: tools } = learningTools(quickstart, { data, bench: undefined }, world);
    const [same] = await tools!.judge([cloneModel(quickstart)], quickstart);
    expect(same).toMatchObject({ metric: "fidelity.agreement", reference: 1, value: 1, drop: 0 });
    expect(same!.dropUpper).toBeCloseTo(1 - 0.1 ** (1 / 200), 9);
  });
});

it("profiles what runs, and gives the graph as the runtime rewrote it", async () => {
  const bench = { device: "cpu", threads: 1, seed: 0 } as const;
  const { bench: tools } = learningTools(quickstart, { data: await dataOf(5), bench }, world);
  const { profile, optimized } = await tools!.profile(quickstart);
  expect(profile.runs).toBeGreaterThan(0);
  expect(profile.events.length).toBeGreaterThan(0);
  expect([...optimized.graph.nodes].length).toBeGreaterThan(0);
});

it("profiles on drawn inputs where there is no data", async () => {
  const model = parseModel("main (float[N, 3] x) => (float[N, 3] y) { y = Neg (x) }");
  const bench = { device: "cpu", threads: 1, seed: 0 } as const;
  const { data, bench: tools } = learningTools(model, { data: undefined, bench }, world);
  expect(data).toBeUndefined();
  expect((await tools!.profile(model)).profile.events.some(({ op }) => op === "Neg")).toBe(true);
});
