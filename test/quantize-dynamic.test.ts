import { createOnnxRuntimeEngine, describeMachine } from "@pare/engine";
import { readModelFrom } from "@pare/formats";
import { type Model, parseModel } from "@pare/ir";
import { runPass, type Tools } from "@pare/pass";
import { quantizeDynamic } from "@pare/quantize";
import { MemorySource, numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";

/**
 * What dynamic quantization writes for this processor becomes the runtime's fast kernels, and their numbers are near the
 * float model's. Written for another one they need not be: 8-bit weights saturate where there is no VNNI.
 */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const tools: Tools = {
  run: () => Promise.reject(new Error("not asked for")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
  cpuFeatures: (describeMachine().features ?? []).filter(({ present }) => present).map(({ name }) => name),
};

interface Case {
  readonly name: string;
  readonly text: string;
  readonly shape: readonly number[];
  readonly kernels: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
}

const weights = "float[64,48] w = random(1), float[64,48] v = random(2), float[48] b = random(3)";
const product = `main (float[N,M,64] x) => (y) <${weights}> { h = MatMul (x, w)  y = Add (h, b) }`;
const gemm = `main (float[N,64] x) => (y) <float[48,64] w = random(1), float[48] b = random(3)> {
  y = Gemm <transB = 1, alpha = 0.5> (x, w, b)
}`;
const shared = `main (float[N,M,64] x) => (y) <${weights}> {
  g = MatMul (x, w)
  h = MatMul (x, v)
  y = Mul (g, h)
}`;
const lstm = `main (float[S,N,8] x) => (y) <float[2,256,8] w = random(1), float[2,256,64] r = random(2), float[2,512] b = random(3)> {
  y, h, c = LSTM <hidden_size = 64, direction = "bidirectional"> (x, w, r, b)
}`;

const opset = (version: number, text: string) => `<ir_version: 4, opset_import: ["" : ${version}]> ${text}`;

const cases: readonly Case[] = [
  { name: "MatMul and bias", text: product, shape: [2, 5, 64], kernels: ["DynamicQuantizeMatMul"] },
  { name: "Gemm", text: gemm, shape: [3, 64], kernels: ["DynamicQuantizeMatMul"] },
  { name: "opset 9", text: opset(9, product), shape: [2, 5, 64], kernels: ["DynamicQuantizeMatMul"] },
  {
    name: "one scale",
    text: product,
    shape: [1, 7, 64],
    kernels: ["DynamicQuantizeMatMul"],
    options: { granularity: "tensor" },
  },
  {
    name: "unsigned weights",
    text: product,
    shape: [1, 7, 64],
    kernels: ["DynamicQuantizeMatMul"],
    options: { weights: "uint8" },
  },
  { name: "seven bits", text: product, shape: [1, 7, 64], kernels: ["DynamicQuantizeMatMul"], options: { bits: 7 } },
  {
    name: "two products of one input",
    text: shared,
    shape: [2, 5, 64],
    kernels: ["DynamicQuantizeLinear", "MatMulIntegerToFloat", "MatMulIntegerToFloat", "Mul"],
  },
  { name: "LSTM", text: lstm, shape: [6, 2, 8], kernels: ["DynamicQuantizeLSTM"] },
  {
    name: "LSTM, one scale a direction",
    text: lstm,
    shape: [6, 2, 8],
    kernels: ["DynamicQuantizeLSTM"],
    options: { granularity: "tensor", weights: "uint8" },
  },
];

describe.each(cases)("$name", ({ text, shape, kernels, options = {} }) => {
  it("runs as integers, near the float model", async () => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: count }, (_, i) => Math.sin(i * i) + 0.25);
    const inputs = new Map([["x", tensorOf("float32", shape, values)]]);
    const model = parseModel(text);
    const before = (await outputsOf(model, inputs)).y;
    await runPass(model, quantizeDynamic, { target: "auto", ...options }, tools);
    const { y: after, operators } = await outputsOf(model, inputs);
    expect(operators).toEqual(kernels);
    const [signal, noise] = [before.reduce((sum, y) => sum + y * y, 0), noiseOf(before, after)];
    expect(10 * Math.log10(signal / noise)).toBeGreaterThan(30);
    expect(noise).toBeGreaterThan(0);
  });
});

async function outputsOf(model: Model, inputs: ReadonlyMap<string, ReturnType<typeof tensorOf>>) {
  await using session = await engine.open(model, { threads: 1, optimizedModel: true });
  const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
  const y = numbers((await session.run(inputs)).get("y")!);
  return { y, operators: [...optimized.graph.nodes].map(({ type }) => type) };
}

function noiseOf(before: Float64Array, after: Float64Array): number {
  return before.reduce((sum, y, i) => sum + (y - after[i]!) ** 2, 0);
}
