import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { writeModel } from "@pare/formats";
import { parseModel, printModel } from "@pare/ir";
import { freeBatch } from "@pare/pass";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import type { World } from "../run/tools.ts";
import { evaluateRequest } from "./evaluate.ts";
import { openForEvaluation } from "./open-model.ts";
import { loadUserMetrics } from "./user-metrics.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-evaluate-"));
const engine = createOnnxRuntimeEngine();
const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeModel(parseModel(text), path, { force: true });
  return path;
}

const reshaped =
  "main (float[1, 2, 2] x) => (float[1, 4] y) { s = Constant <value_ints = [1, 4]> () y = Reshape (x, s) }";
const reshapedByTensor = `main (float[1, 2, 2] x) => (float[1, 4] y)
<int64[2] s = {1, 4}>
{ y = Reshape (x, s) }`;
const transposed = "main (float[1, 2] x) => (float[1, 2] y) { y = Softmax <axis = 0> (x) }";

describe("a model that is fixed to a batch of 1", () => {
  it("has its batch freed, through a reshape to a leading 1", () => {
    const freed = freeBatch(parseModel(reshapedByTensor));
    expect(freed && printModel(freed)).toMatch(/float\[pare_batch, ?2, ?2\] x/);
    expect(freed && printModel(freed)).toMatch(/\{-1, ?4\}/);
  });

  it("is left where an input has another first size", () => {
    expect(freeBatch(parseModel("main (float[2, 3] x) => (float[2, 3] y) { y = Neg (x) }"))).toBeUndefined();
  });

  it("runs freed where two samples at once give what each gives alone", async () => {
    const { session, batching } = await openForEvaluation(file("reshaped.onnx", reshapedByTensor), world);
    expect(batching).toBe("freed");
    expect(session.inputs[0]?.shape[0]).not.toBe(1);
  });

  it("runs as it is where samples would mix, or the runtime refuses", async () => {
    for (const [name, text] of [
      ["mixed.onnx", transposed],
      ["refused.onnx", reshaped],
    ] as const) {
      const { session, batching } = await openForEvaluation(file(name, text), world);
      expect([name, batching]).toEqual([name, "declared"]);
      expect(session.inputs[0]?.shape[0]).toBe(1);
    }
  });
});

describe("a model that leaves its batch free", () => {
  const free = (body: string) => `main (float[N, 2, 2] x) => (float[N, 4] y) <int64[2] s = {1, 4}> { ${body} }`;

  it.each([
    ["is fed many samples at once where it gives what each gives alone", "y = Flatten (x)", "declared"],
    ["through a copy where a reshape holds a batch of 1", "y = Reshape (x, s)", "freed"],
    ["one by one where samples mix", "f = Flatten (x) y = Softmax <axis = 0> (f)", "single"],
    ["one by one where the copy would not give the same", "n = Softmax <axis = 0> (x) y = Reshape (n, s)", "single"],
  ])("%s", async (_, body, expected) => {
    const { session, batching } = await openForEvaluation(parseModel(free(body)), world);
    expect(batching).toBe(expected);
    expect(session.inputs[0]!.shape[0] === 1).toBe(expected === "single");
  });

  it("has the sizes of windows freed, too: [4 windows of one sample, …]", () => {
    const windows = freeBatch(
      parseModel(`main (float[1, 2, 2] x) => (float[1, 4] y)
<int64[2] windows = {4, 1}, int64[2] back = {1, 4}>
{ w = Reshape (x, windows) y = Reshape (w, back) }`),
    );
    expect(windows && printModel(windows)).toMatch(/\{-1, ?1\}.*\{-1, ?4\}/s);
  });
});

describe("metrics of one's own", () => {
  const module = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return loadUserMetrics([`./${name}`], folder);
  };

  it("come from the default export, one or several", async () => {
    const one = await module("one.mjs", 'export default { name: "a.b", better: "higher", outcome: () => 1 };');
    expect(one.map(({ name }) => name)).toEqual(["a.b"]);
  });

  it.each([
    ["none.mjs", "export const x = 1;", "it has no default export"],
    ["name.mjs", 'export default { name: "A b" };', '"name" is not a dotted path'],
    ["better.mjs", 'export default { name: "a", better: "more" };', '"better" is neither "lower" nor "higher"'],
    ["outcome.mjs", 'export default { name: "a", better: "lower" };', '"outcome" is not a function'],
    [
      "throws.mjs",
      'throw new Error("no such thing.");',
      "this metric cannot be used: no such thing. Its default export",
    ],
  ])("%s is refused", async (name, text, problem) => {
    await expect(module(name, text)).rejects.toThrow(`METRIC_MODULE at ./${name}: `);
    await expect(loadUserMetrics([`./${name}`], folder)).rejects.toThrow(problem);
  });

  it("the example counts the original's faces that are found again", async () => {
    cpSync(
      fileURLToPath(new URL("../../recipes/examples/face-detector/metric.mjs", import.meta.url)),
      join(folder, "faces.mjs"),
    );
    // Four anchors: the first and second are one face, the third another, the fourth none. One score a row.
    const detector = (third: number) => `main (float[1, 3] x) => (float[1, 4, 2] scores, float[1, 4, 4] boxes)
<float[1, 4, 2] s = {0.1, 0.9, 0.2, 0.8, ${1 - third}, ${third}, 0.9, 0.1},
 float[1, 4, 4] b = {0, 0, 0.5, 0.5, 0, 0, 0.5, 0.45, 0.6, 0.6, 1, 1, 0, 0, 1, 1}, float[1] zero = {0}>
{ n = ReduceMax <axes = [1], keepdims = 1> (x) z = Mul (n, zero) scores = Add (s, z) boxes = Add (b, z) }`;
    const result = await evaluateRequest(
      {
        models: [file("original.onnx", detector(0.75)), file("changed.onnx", detector(0.6))],
        recipe: { seed: 0, data: {}, evaluate: { metrics: ["./faces.mjs"], activation: "auto", samples: 6 } },
        dataset: undefined,
        folder,
      },
      world,
    );
    expect(result.models[0]?.metrics).toMatchObject([{ name: "faces.recall", value: 1 }, { value: 1 }]);
    expect(result.models[1]?.metrics).toMatchObject([
      { name: "faces.recall", value: 0.5, samples: 6 },
      { name: "faces.precision", value: 1 },
    ]);
  });
});

it("data without labels and no original leave nothing to measure", async () => {
  const path = file("neg.onnx", "main (float[N, 2] x) => (float[N, 2] y) { y = Neg (x) }");
  const dataset: Dataset = {
    name: "unlabelled",
    length: 1,
    classes: [],
    fields: ["x"],
    sample: () => ({ id: "0", fields: new Map([["x", tensorOf("float32", [2], [1, 2])]]), target: undefined }),
    digest: async () => "unlabelled",
  };
  const recipe = { seed: 0, data: {}, evaluate: { metrics: [], activation: "auto" as const, samples: 1 } };
  const request = { recipe, dataset, folder };
  await expect(evaluateRequest({ ...request, models: [path] }, world)).rejects.toThrow(
    "MEASURE_LABELS at unlabelled: the data has no labels, and there is no original to compare with.",
  );
  const { models } = await evaluateRequest({ ...request, models: [path, path] }, world);
  expect(models[1]?.metrics).toContainEqual(expect.objectContaining({ name: "fidelity.cosine", value: 1 }));
});
