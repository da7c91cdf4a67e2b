import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFrom } from "@pare/formats";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import { runPass, type Tensors, type Tools } from "@pare/pass";
import { quantizePasses } from "@pare/quantize";
import { MemorySource, numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";

/** Weights behind Cast and Mul are plain float constants once ONNX Runtime has loaded the file. */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const storage = quantizePasses.find(({ name }) => name === "quantize/storage")!;

const tools: Tools = {
  run: () => Promise.reject(new Error("not asked for")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

const networks = {
  conv: `c (float[N,3,8,8] x) => (y) <float[64,3,3,3] w = random(1), float[64] b = random(2), float[64,1,3,3] d = random(3), float[64,32,2,2] t = random(4)> {
    a = Conv (x, w, b)
    c = Conv <group = 64> (a, d)
    y = ConvTranspose (c, t)
  }`,
  text: `t (int64[N,5] i) => (y) <float[100,32] table = random(1), float[1,64,32] w = random(2), float[1,64,16] r = random(3), float[16,40] m = random(4)> {
    e = Gather (table, i)
    s = Transpose <perm = [1, 0, 2]> (e)
    all, h = LSTM <hidden_size = 16> (s, w, r)
    y = MatMul (h, m)
  }`,
  gru: `g (float[5,N,32] x) => (y) <float[1,48,32] w = random(2), float[1,48,16] r = random(3), float[40,16] m = random(4)> {
    all, h = GRU <hidden_size = 16> (x, w, r)
    s = Squeeze (h)
    y = Gemm <transB = 1> (s, m)
  }`,
} as const;

function inputsOf(model: Model): Tensors {
  return new Map(
    model.graph.inputs.map(({ name, type }) => {
      if (type?.kind !== "tensor" || type.dtype === undefined) throw new Error(name);
      const shape = type.shape!.map((dim) => (typeof dim === "number" ? dim : 2));
      const count = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: count }, (_, i) => (type.dtype === "int64" ? (i * 7) % 100 : Math.sin(i)));
      return [name, tensorOf(type.dtype, shape, values)];
    }),
  );
}

async function outputOf(model: Model): Promise<Float64Array> {
  await using session = await engine.open(model, { threads: 1 });
  return numbers((await session.run(inputsOf(model))).get("y")!);
}

/** Operators of the graph as the runtime rewrote it. */
async function optimizedOps(model: Model): Promise<readonly string[]> {
  await using session = await engine.open(model, { threads: 1, optimizedModel: true });
  const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
  return [...optimized.graph.nodes].map((node) => node.type);
}

describe.each(Object.entries(networks))("%s", (_, text) => {
  it.each([
    ["int8", 0.02],
    ["int4", 0.5],
    ["float16", 1e-3],
  ])("as %s: the same graph when it runs, nearly the same outputs", async (type, most) => {
    const model = parseModel(text);
    const before = await outputOf(model);
    const stored = cloneModel(model);
    const { notes } = await runPass(stored, storage, { type, minSize: 256 }, tools);
    expect(notes.map(({ text }) => text).join("\n")).toMatch(new RegExp(`stored [34] weights as ${type}`));
    const after = await outputOf(stored);
    const largest = before.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    for (const [i, value] of after.entries()) expect(Math.abs(value - before[i]!)).toBeLessThan(most * largest);
    expect(after).not.toEqual(before);
    expect(await optimizedOps(stored)).toEqual(await optimizedOps(model));
  });
});
