/** Corrections around quantization with ONNX Runtime, on graphs whose numbers can be followed by hand. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import { type PassRun, probeModel, runPass, worstDifference } from "@pare/pass";
import { equalizeLayers, quantizePasses } from "@pare/quantize";
import { numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { createTools, type World } from "../../src/run/tools.ts";
import { toolsWith } from "../support/memory-data.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };
const tools = createTools(world, { seed: 0 });
const passNamed = (name: string) => quantizePasses.find((pass) => pass.name === name)!;

function model(signature: string, constants: string, body: string, opset = 17): Model {
  return parseModel(`<ir_version: 8, opset_import: ["" : ${opset}]> g ${signature} <${constants}> { ${body} }`);
}

describe("quantize/equalize-layers", () => {
  const image = "(float[N,2,6,6] x) => (float[] y)";
  const conv =
    "float[4,2,3,3] w = random(1), float[4] c = random(2), float[3,4,3,3] v = random(3), float[3] d = random(4)";
  const tail = "y = Conv <pads = [1, 1, 1, 1]> (b, v, d)";
  it.each([
    ["Relu", image, conv, `a = Conv (x, w, c) b = Relu (a) ${tail}`],
    [
      "LeakyRelu and pools",
      image,
      conv,
      `a = Conv (x, w, c) p = LeakyRelu (a) q = MaxPool <kernel_shape = [2, 2]> (p) b = AveragePool <kernel_shape = [2, 2]> (q) ${tail}`,
    ],
    ["PRelu", image, `${conv}, float[4,1,1] s = random(5)`, `a = Conv (x, w, c) b = PRelu (a, s) ${tail}`],
    ["ReLU6", image, `${conv}, float lo = {0}, float hi = {0.5}`, `a = Conv (x, w, c) b = Clip (a, lo, hi) ${tail}`],
    [
      "a clip on both sides",
      image,
      `${conv}, float lo = {-0.25}, float hi = {0.5}`,
      `a = Conv (x, w, c) b = Clip (a, lo, hi) ${tail}`,
    ],
    [
      "a depthwise layer in the middle",
      image,
      `${conv}, float[8,1,3,3] m = random(5), float[8] n = random(6), float[3,8,1,1] u = random(7)`,
      "a = Conv (x, w, c) b = Relu (a) e = Conv <group = 4> (b, m, n) f = Relu (e) y = Conv (f, u, d)",
    ],
    [
      "groups on both sides",
      image,
      "float[4,1,3,3] w = random(1), float[4] c = random(2), float[6,2,3,3] v = random(3), float[6] d = random(4)",
      "a = Conv <group = 2> (x, w, c) b = Relu (a) y = Conv <group = 2> (b, v, d)",
    ],
    [
      "ConvTranspose with groups",
      image,
      "float[2,3,2,2] w = random(1), float[6] c = random(2), float[6,2,2,2] v = random(3)",
      "a = ConvTranspose <group = 2> (x, w, c) b = Relu (a) y = ConvTranspose <group = 2> (b, v)",
    ],
    [
      "Flatten before a Gemm",
      image,
      `${conv}, float[5,64] g = random(5), float[5] h = random(6)`,
      "a = Conv (x, w, c) b = Relu (a) f = Flatten (b) y = Gemm <transB = 1, alpha = 0.5, beta = 2.0> (f, g, h)",
    ],
    [
      "a residual Add with a constant",
      image,
      `${conv}, float[4,4,1,1] r = random(5), float[1,4,1,1] k = random(6)`,
      `a = Conv (x, w, c) p = Relu (a) q = Conv (p, r) s = Add (p, q) t = Add (s, k) b = Relu (t) ${tail}`,
    ],
    [
      "Concat",
      image,
      `${conv}, float[2,2,3,3] r = random(5), float[3,6,3,3] u = random(6)`,
      "a = Conv (x, w, c) p = Relu (a) q = Conv (x, r) s = Relu (q) b = Concat <axis = 1> (p, s) y = Conv (b, u, d)",
    ],
    [
      "a gate that holds",
      image,
      `${conv}, float[4,4,1,1] r = random(5)`,
      `a = Conv (x, w, c) p = GlobalAveragePool (a) q = Conv (p, r) s = Sigmoid (q) t = Mul (a, s) b = Relu (t) ${tail}`,
    ],
    [
      "MatMul and Add",
      "(float[N,3,8] x) => (float[] y)",
      "float[8,6] w = random(1), float[6] c = random(2), float[6,4] v = random(3), float k = {0.5}",
      "a = MatMul (x, w) b = Add (a, c) e = Add (k, b) f = Relu (e) y = MatMul (f, v)",
    ],
    [
      "Gemm transposed",
      "(float[4,8] x) => (float[] y)",
      "float[4,6] w = random(1), float[1,6] c = random(2), float[3,6] v = random(3)",
      "a = Gemm <transA = 1> (x, w, c) b = Relu (a) y = Gemm <transB = 1> (b, v)",
    ],
  ])("keeps the function through %s", async (_, signature, constants, body) => {
    const before = model(signature, constants, body);
    const probe = await probeModel(before, tools);
    if (typeof probe === "string") throw new Error(probe);
    const after = cloneModel(before);
    const notes = equalizeLayers(after);
    expect(notes[0]!.kind).toBe("changed");
    expect(await worstDifference(probe, after, tools)).toBeLessThan(5e-6);
  });

  it.each([
    [
      "an output between",
      "(float[N,2,6,6] x) => (float[] y, float[] b)",
      "",
      "a = Conv (x, w, c) b = Relu (a) y = Conv (b, v)",
    ],
    ["a Sigmoid between", image, "", "a = Conv (x, w, c) b = Sigmoid (a) y = Conv (b, v)"],
    [
      "a weight of two layers",
      image,
      ", float[2,3,1,1] u = random(9)",
      "a = Conv (x, w, c) b = Relu (a) e = Conv (b, v) f = Conv (b, v) y = Add (e, f)",
    ],
    [
      "a constant that joins",
      image,
      ", float[1,1,4,4] k = splat(1), float[3,5,1,1] u = random(9)",
      "a = Conv (x, w, c) p = Relu (a) q = Concat <axis = 1> (p, k) z = Softmax (p) e = Conv (z, v) f = Conv (q, u) y = Add (e, f)",
    ],
  ])("leaves layers with %s", (_, signature, extra, body) => {
    const before = model(
      signature,
      `float[4,2,3,3] w = random(1), float[4] c = random(2), float[3,4,1,1] v = random(3)${extra}`,
      body,
    );
    expect(equalizeLayers(before).map(({ kind }) => kind)).not.toContain("changed");
  });
});

function constantOf(of: Model, name: string): readonly number[] | undefined {
  const origin = of.graph.value(name)?.origin;
  return origin?.kind === "constant" ? [...numbers(origin.tensor)] : undefined;
}

/** What a quantized model gives on samples of two numbers, and what the step said. */
async function corrected(
  quantized: Model,
  original: Model,
  options: object = {},
): Promise<{ found: readonly number[]; run: PassRun }> {
  const samples = [
    [1, 2],
    [3, 6],
    [2, 4],
  ];
  const learning = toolsWith(quantized, samples, [2], world, original);
  const run = await runPass(quantized, passNamed("quantize/correct-biases"), options, learning);
  const found: number[] = [];
  for await (const batch of learning.data.batches({ batch: 1 }))
    found.push(...numbers((await tools.run(quantized, [batch]))[0]!.get("y")!));
  return { found, run };
}

describe("quantize/correct-biases", () => {
  const rows = "(float[N,2] x) => (float[] y)";
  const float = "float[2,1] w = {1, 1}, float[1] c = {0.5}";
  const original = model(rows, float, "p = MatMul (x, w) y = Add (p, c)");
  // The codes 10 and 11 at 0.1 are 1 and 1.1: y is larger by 0.1·x₂, by 0.4 in the mean of x₂ = 2, 6 and 4.
  const codes = "int8[2,1] q = {10, 11}, float s = {0.1}, float[1] c = {0.5}";
  const expected = [3.3, 9.7, 6.5];

  it.each([
    ["behind DequantizeLinear", codes, "w = DequantizeLinear (q, s) p = MatMul (x, w) y = Add (p, c)"],
    ["behind Cast and Mul", codes, "f = Cast <to = 1> (q) w = Mul (f, s) p = MatMul (x, w) y = Add (c, p)"],
    [
      "in a Gemm with beta",
      `${codes}, float[1,1] h = {0.25}`,
      "w = DequantizeLinear (q, s) y = Gemm <beta = 2.0> (x, w, h)",
    ],
    [
      "in a Gemm with an int32 bias",
      `${codes}, int32[1] b = {5000}, float t = {0.0001}`,
      "w = DequantizeLinear (q, s) d = DequantizeLinear (b, t) y = Gemm (x, w, d)",
    ],
    [
      "with a bias of 8 bits",
      `${codes}, int8 b = {125}, float t = {0.004}`,
      "w = DequantizeLinear (q, s) p = MatMul (x, w) d = DequantizeLinear (b, t) y = Add (p, d)",
    ],
    [
      "for a batch fixed to 1",
      codes,
      "w = DequantizeLinear (q, s) p = MatMul (x, w) y = Add (p, c)",
      "(float[1,2] x) => (float[1,1] y)",
    ],
  ])("moves the bias of a product of weights %s", async (_, constants, body, signature = rows) => {
    const reference = signature === rows ? original : model(signature, float, "p = MatMul (x, w) y = Add (p, c)");
    const { found, run } = await corrected(model(signature, constants, body), reference);
    for (const [i, y] of found.entries()) expect(y).toBeCloseTo(expected[i]!, 2);
    expect(run.notes.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      "info: means of channels over 3 samples, layer after layer",
      expect.stringMatching(/^changed: moved the biases of 1 layers \(.* → .* on 3 validation samples\)$/),
    ]);
  });

  it("gives a layer a bias where it has none, int32 where data and weight are integers", async () => {
    const reference = model(rows, "float[2,1] w = {1, 1}", "y = Gemm (x, w)");
    const grid = "float t = {0.05}, uint8 z = {0}";
    const body =
      "d = QuantizeLinear (x, t, z) e = DequantizeLinear (d, t, z) w = DequantizeLinear (q, s) y = Gemm (e, w)";
    const quantized = model(rows, `int8[2,1] q = {10, 11}, float s = {0.1}, ${grid}`, body);
    const { found } = await corrected(quantized, reference);
    for (const [i, y] of found.entries()) expect(y).toBeCloseTo(expected[i]! - 0.5, 2);
    // −0.4 ÷ (0.05 · 0.1) = −80.
    expect(constantOf(quantized, "y_bias_q")).toEqual([-80]);
  });

  it("measures a layer with those before it corrected", async () => {
    const signature = "(float[N,2] x) => (float[] y)";
    const one = "float[1,1] v = {2}, float[1] e = {0}";
    const two = model(
      signature,
      `${float}, ${one}`,
      "p = MatMul (x, w) a = Add (p, c) r = Relu (a) m = MatMul (r, v) y = Add (m, e)",
    );
    const body =
      "w = DequantizeLinear (q, s) p = MatMul (x, w) a = Add (p, c) r = Relu (a) v = DequantizeLinear (k, s) m = MatMul (r, v) y = Add (m, e)";
    const quantized = model(signature, `${codes}, int8[1,1] k = {21}, float[1] e = {0}`, body);
    const { found } = await corrected(quantized, two);
    // a is 3.3, 9.7 and 6.5; the mean 6.5 · (2.1 − 2) = 0.65 goes.
    for (const [i, a] of [3.3, 9.7, 6.5].entries()) expect(found[i]).toBeCloseTo(2.1 * a - 0.65, 3);
    expect(constantOf(quantized, "e")![0]).toBeCloseTo(-0.65, 3);
  });

  it("has a fast form that needs no batch, and moves a bias of zero", async () => {
    const zero = model(rows, "float[2,1] w = {1, 1}, float[1] c = {0}", "p = MatMul (x, w) y = Add (p, c)");
    const quantized = model(
      rows,
      codes.replace("{0.5}", "{0}"),
      "w = DequantizeLinear (q, s) p = MatMul (x, w) y = Add (p, c)",
    );
    const { found, run } = await corrected(quantized, zero, { method: "fast" });
    for (const [i, y] of found.entries()) expect(y).toBeCloseTo(expected[i]! - 0.5, 5);
    expect(run.notes[0]!.text).toBe("means of input channels over 3 samples, each layer alone");
  });

  it("undoes what makes the error larger, and says so when there is nothing to correct", async () => {
    // Another Add makes up for the error of the product already.
    const reference = model(
      rows,
      `${float}, float k = {-1}`,
      "p = MatMul (x, w) a = Add (p, c) r = Relu (a) y = Mul (r, k)",
    );
    const body =
      "w = DequantizeLinear (q, s) p = MatMul (x, w) a = Add (p, c) b = Add (a, o) r = Relu (b) y = Mul (r, k)";
    const quantized = model(rows, `${codes}, float k = {-1}, float o = {-0.4}`, body);
    const before = constantOf(quantized, "c");
    const { run } = await corrected(quantized, reference);
    expect(run.notes.at(-1)).toMatchObject({
      kind: "left",
      text: expect.stringMatching(/^undone: moving biases made the error larger/),
    });
    expect(constantOf(quantized, "c")).toEqual(before);
    const untouched = await corrected(cloneModel(original), original);
    expect(untouched.run.notes.map(({ text }) => text)).toEqual(["no quantized layer has a bias that could be moved"]);
  });

  it("says what is missing", async () => {
    await expect(runPass(cloneModel(original), passNamed("quantize/correct-biases"), {}, tools)).rejects.toThrow(
      "QUANTIZE_DATA",
    );
    const learning = toolsWith(original, [[1, 2]], [2], world);
    await expect(runPass(cloneModel(original), passNamed("quantize/correct-biases"), {}, learning)).rejects.toThrow(
      "QUANTIZE_ORIGINAL",
    );
  });
});

describe("quantize/equalize-layers with data", () => {
  const samples = Array.from({ length: 64 }, (_, i) => [i / 32 - 1, ((i * 37) % 64) / 32 - 1]);
  const signature = "(float[N,2] x) => (float[] y)";
  const judged = async (constants: string, body: string) => {
    const subject = model(signature, constants, body);
    const { notes } = await runPass(
      subject,
      passNamed("quantize/equalize-layers"),
      {},
      toolsWith(subject, samples, [2], world),
    );
    return { notes: notes.map(({ kind, text }) => `${kind}: ${text}`), w: constantOf(subject, "w") };
  };
  const layers = "a = Gemm (x, w, c) r = Relu (a) b = Gemm (r, v) s = Relu (b) y = Gemm (s, u)";

  it("keeps what makes a model with one scale for each weight better", async () => {
    const constants =
      "float[2,2] w = {10, 0, 0, 0.003}, float[2] c = {0, 0}, float[2,2] v = {0.003, 0, 0, 10}, float[2,2] u = {1, 0, 0, 1}";
    const { notes, w } = await judged(constants, layers);
    expect(notes).toEqual([
      expect.stringMatching(/^changed: equalized the weights of 3 layers/),
      expect.stringMatching(/^info: quantized with one scale a tensor: .* → .* on 64 validation samples$/),
    ]);
    expect(w).not.toEqual([10, 0, 0, 0.003]);
  });

  it("undoes what makes it worse: an offset of 10 that a small weight blows up", async () => {
    const constants =
      "float[2,2] w = {0.01, 0, 0, 1}, float[2] c = {10, 0}, float[2,2] v = {1, 0, 0, 1}, float[2,2] u = {1, 0, 0, 1}";
    const { notes, w } = await judged(constants, layers);
    expect(notes).toEqual([expect.stringMatching(/^left: undone: quantized with one scale a tensor the error grew/)]);
    expect(w).toEqual([Math.fround(0.01), 0, 0, 1]);
  });
});

describe("quantize/absorb-biases", () => {
  it("takes from a channel what it never falls below, and gives it to the layer behind", async () => {
    // a₁ = x₁ + 10 is at least 11, a₂ = x₂ − 3 at least −1.
    const text = (second: string) =>
      model(
        "(float[N,2] x) => (float[] y)",
        `float[2,2] w = {1, 0, 0, 1}, float[2] c = {10, -3}, float[2,1] v = {2, 5}${second}`,
        `a = Gemm (x, w, c) r = Relu (a) y = Gemm (r, v${second === "" ? "" : ", d"})`,
      );
    const absorbed = text(", float[1] d = {1}");
    const learning = toolsWith(
      absorbed,
      [
        [1, 2],
        [3, 6],
      ],
      [2],
      world,
    );
    const { notes } = await runPass(absorbed, passNamed("quantize/absorb-biases"), {}, learning);
    expect(notes).toEqual([
      {
        kind: "changed",
        text: expect.stringMatching(/^moved the offsets of 1 channels behind their Relu; signal to noise/),
        subjects: ["a"],
      },
    ]);
    expect([constantOf(absorbed, "c"), constantOf(absorbed, "d")]).toEqual([[-1, -3], [23]]);
    expect(constantOf(absorbed, "v")).toEqual([2, 5]);
  });
});
