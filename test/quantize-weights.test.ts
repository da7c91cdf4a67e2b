import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import { runPass, type Tensors, type Tools } from "@pare/pass";
import { quantizePasses } from "@pare/quantize";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";

/**
 * ONNX Runtime reads packed weights as we write them: the quantized model gives what the float model gives whose weights
 * are what the codes stand for, which is near what they were.
 */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const weightOnly = quantizePasses.find(({ name }) => name === "quantize/weights")!;

const tools: Tools = {
  run: () => Promise.reject(new Error("not asked for")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

/** K = 72 is no multiple of 16; three blocks of 32 need four zero points of half a byte. */
const network = `<ir_version: 8, opset_import: ["" : 17]>
n (int64[N,3] i) => (float[N,3,96] e, float[N,3,40] y, float[6,24] g, float[6,8] h) <
  float[50,96] table = random(1), float[96,72] a = random(2), float[72,40] b = random(3),
  float[24,40] c = random(4), float[24] d = random(5), float[24,8] f = random(6), int64[2] flat = {-1, 40}> {
  e = Gather (table, i)
  p = MatMul (e, a)
  y = MatMul (p, b)
  r = Reshape (y, flat)
  g = Gemm <transB = 1> (r, c, d)
  h = Gemm (g, f)
}`;

const indices: Tensors = new Map([["i", tensorOf("int64", [2, 3], [0, 1, 49, 7, -1, 7])]]);

async function run(model: Model): Promise<ReadonlyMap<string, Float64Array>> {
  await using session = await engine.open(model, { threads: 1 });
  return new Map([...(await session.run(indices))].map(([name, tensor]) => [name, numbers(tensor)]));
}

function quantized(options: Record<string, unknown>) {
  const model = parseModel(network);
  return runPass(model, weightOnly, { minSize: 1, ...options }, tools).then(({ notes }) => ({ model, notes }));
}

/** ‖a − b‖ ÷ ‖a‖ */
function distance(a: Float64Array, b: Float64Array): number {
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return norm(a.map((x, i) => x - b[i]!)) / norm(a);
}

const forms = (["operator", "dequantize"] as const).flatMap((form) =>
  ([4, 8] as const).flatMap((bits) =>
    [true, false].flatMap((symmetric) =>
      [16, 32].map((block) => ({ form, bits, symmetric, granularity: "block", blockSize: block })),
    ),
  ),
);
const channels = ([4, 8] as const).flatMap((bits) =>
  [true, false].map((symmetric) => ({ form: "dequantize", bits, symmetric, granularity: "channel" })),
);

describe("quantize/weights", () => {
  it.each([...forms, ...channels])("$form, $bits bits, symmetric $symmetric, $granularity", async (options) => {
    const { model, notes } = await quantized(options);
    const before = await run(parseModel(network));
    const after = await run(model);
    // Behind DequantizeLinear the runtime makes the products' other input int8, too.
    const most = options.bits === 4 ? 0.25 : 0.02;
    for (const [name, values] of before) expect(distance(values, after.get(name)!), name).toBeLessThan(most);
    expect(distance(before.get("y")!, after.get("y")!)).toBeGreaterThan(1e-4);
    expect(notes.map(({ text }) => text).join("\n")).toMatch(new RegExp(`gave [345] weights ${options.bits} bits`));
  });

  it("takes an accuracy level", async () => {
    const { model } = await quantized({ accuracyLevel: 4 });
    const products = [...model.graph.nodes].filter(({ type }) => type === "MatMulNBits");
    expect(products.map(({ attrs }) => attrs.get("accuracy_level"))).toEqual(
      products.map(() => ({ kind: "int", value: 4n })),
    );
    const [before, after] = [await run(parseModel(network)), await run(model)];
    expect(distance(before.get("y")!, after.get("y")!)).toBeLessThan(0.25);
  });

  it("leaves what is excluded", async () => {
    const model = parseModel(network);
    const copy = cloneModel(model);
    await runPass(model, weightOnly, {}, { ...tools, selects: () => false });
    expect([...model.graph.nodes].map(({ type }) => type)).toEqual([...copy.graph.nodes].map(({ type }) => type));
  });
});
