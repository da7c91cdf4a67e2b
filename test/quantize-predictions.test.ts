/** What ONNX Runtime runs as integers is what was predicted, rule by rule: on small graphs that are written by hand. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFrom } from "@pare/formats";
import { type Model, parseModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { likelyInputs } from "@pare/pass";
import { foresee, type Prediction, predict, prove, targets } from "@pare/quantize";
import { MemorySource } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const target = targets.get("cpu-x64-vnni")!;

/** A graph whose input x is behind Q and DQ (d), with a 3×3 weight of 4 channels (wd) and its bias (bd). */
function conv(body: string, rest: { outputs?: string; opset?: number; constants?: string } = {}): Model {
  const { outputs = "float[] y", opset = 17, constants = "" } = rest;
  return parseModel(`<ir_version: 9, opset_import: ["" : ${opset}]>
    main (float[1,4,6,6] x) => (${outputs}) <float s = {0.02}, uint8 z = {128}, uint8 z0 = {0}, float s2 = {0.03},
      int8[4,4,3,3] w = random(1), float[4] ws = splat(0.01), int8[4] wz = splat(0), int32[4] b = random(2),
      float[4] bs = splat(0.0002), float[4] fb = random(3) ${constants}> {
      q = QuantizeLinear (x, s, z)
      d = DequantizeLinear (q, s, z)
      wd = DequantizeLinear <axis = 0> (w, ws, wz)
      bd = DequantizeLinear <axis = 0> (b, bs)
      ${body}
    }`);
}

/** The same with rows x of 16 columns and a weight of 16 × 8. */
function rows(body: string, rest: { shape?: string; outputs?: string; constants?: string } = {}): Model {
  const { shape = "4,16", outputs = "float[] y", constants = "" } = rest;
  return parseModel(`<ir_version: 9, opset_import: ["" : 17]>
    main (float[${shape}] x) => (${outputs}) <float s = {0.02}, uint8 z = {128}, uint8 z0 = {0}, float s2 = {0.03},
      int8[16,8] w = random(1), float[8] ws = splat(0.01), int8[8] wz = splat(0), int32[8] b = random(2),
      float[8] bs = splat(0.0002), float[8] fb = random(3), uint8[16,8] w8 = random(4), float[16,8] fw = random(5), float[16] sv = splat(0.02), uint8[16] zv = splat(128)
      ${constants}> {
      q = QuantizeLinear (x, s, z)
      d = DequantizeLinear (q, s, z)
      wd = DequantizeLinear <axis = 1> (w, ws, wz)
      bd = DequantizeLinear <axis = 0> (b, bs)
      ${body}
    }`);
}

const pair = (from: string, to: string, scale = "s", zero = "z") =>
  `${to}q = QuantizeLinear (${from}, ${scale}, ${zero})
   ${to} = DequantizeLinear (${to}q, ${scale}, ${zero})`;

/** "QLinearConv", "float Relu", "moved Reshape": every node that is no Q or DQ. */
function kernelsOf({ nodes }: Prediction): readonly string[] {
  return nodes
    .filter(({ node }) => !/quantizelinear$/i.test(node.type))
    .map(({ kind, kernel }) => (kind === "integer" ? kernel : `${kind} ${kernel}`));
}

async function proofOf(model: Model, prediction: Prediction) {
  await using session = await engine.open(model, { profile: true, optimizedModel: true, threads: 1 });
  await session.run(likelyInputs(model, 0, () => 1)!);
  const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
  return prove(prediction, await session.profile(), optimized);
}

async function expectKernels(model: Model, kernels: readonly string[]): Promise<void> {
  const prediction = predict(model, inferTypes(model), target);
  expect(kernelsOf(prediction)).toEqual(kernels);
  expect((await proofOf(model, prediction)).disagreements).toEqual([]);
}

describe("convolutions", () => {
  it.each([
    ["between DQ and Q", `c = Conv (d, wd, bd)\n${pair("c", "y")}`, ["QLinearConv"]],
    [
      "with a Relu that the grid makes superfluous",
      `c = Conv (d, wd, bd)\nr = Relu (c)\n${pair("r", "y", "s", "z0")}`,
      ["QLinearConv", "moved QLinearConv"],
    ],
    [
      "with a Relu that it does not",
      `c = Conv (d, wd, bd)\nr = Relu (c)\n${pair("r", "y")}`,
      ["float Conv", "float Relu"],
    ],
    [
      "read as float too",
      `c = Conv (d, wd, bd)\n${pair("c", "e")}\nn = Neg (c)\ny = Add (e, n)`,
      ["float Conv", "float Neg", "float Add"],
    ],
    ["that give floats", "y = Conv (d, wd, bd)", ["float Conv"]],
    [
      "quantized twice",
      `c = Conv (d, wd, bd)\n${pair("c", "e")}\n${pair("c", "f", "s2")}\ny = Sub (e, f)`,
      ["float Conv", "float Sub"],
    ],
    ["that give signed codes, made unsigned", `c = Conv (d, wd, bd)\n${pair("c", "y", "s", "zi")}`, ["QLinearConv"]],
    [
      "two that share a DQ",
      `c = Conv (d, wd, bd)\n${pair("c", "e")}\nf = Conv (d, wd)\n${pair("f", "g")}\ny = Sub (e, g)`,
      ["QLinearConv", "QLinearConv", "float Sub"],
    ],
    ["with float weights: quantized by the runtime", `c = Conv (d, fw)\n${pair("c", "y")}`, ["QLinearConv"]],
  ])("%s", async (_, body, kernels) => {
    await expectKernels(conv(body, { constants: ", int8 zi = {0}, float[4,4,3,3] fw = random(5)" }), kernels);
  });

  it("signed codes that two nodes read stay signed, and float convolutions read them", async () => {
    const body = `c = Conv (d, wd, bd)\n${pair("c", "e", "s", "zi")}\nf = Conv <pads = [1, 1, 1, 1]> (e, wd)\n${pair("f", "g", "s", "zi")}\ny = Sub (e, g)`;
    const model = conv(body, { constants: ", int8 zi = {0}" });
    const kernels = kernelsOf(predict(model, inferTypes(model), target));
    expect(kernels).toEqual(["float Conv", "float Conv", "float Sub"]);
    await expectKernels(model, kernels);
  });

  it("whose result is an output of the model", async () => {
    await expectKernels(conv(`c = Conv (d, wd, bd)\n${pair("c", "y")}`, { outputs: "float[] y, float[] c" }), [
      "float Conv",
    ]);
  });

  it("of one and of three dimensions", async () => {
    for (const [data, weight] of [
      ["1,4,9", "4,4,3"],
      ["1,4,6,6,6", "4,4,3,3,3"],
    ]) {
      const model = parseModel(`<ir_version: 9, opset_import: ["" : 17]>
        main (float[${data}] x) => (float[] y) <float s = {0.02}, uint8 z = {128}, int8[${weight}] w = random(1),
          float[4] ws = splat(0.01), int8[4] wz = splat(0)> {
          ${pair("x", "d")}
          wd = DequantizeLinear <axis = 0> (w, ws, wz)
          c = Conv (d, wd)
          ${pair("c", "y")}
        }`);
      await expectKernels(model, ["QLinearConv"]);
    }
  });
});

describe("products", () => {
  it.each([
    ["MatMul between DQ and Q", `c = MatMul (d, wd)\n${pair("c", "y")}`, ["QLinearMatMul"]],
    ["MatMul that gives floats", "y = MatMul (d, wd)", ["MatMulIntegerToFloat"]],
    [
      "MatMul read as float too",
      `c = MatMul (d, wd)\n${pair("c", "e")}\nn = Neg (c)\ny = Add (e, n)`,
      ["float MatMul", "float Neg", "float Add"],
    ],
    ["MatMul of a float", "y = MatMul (x, wd)", ["float MatMulNBits"]],
    [
      "MatMul of two activations",
      `t = Transpose (d)\ntq = QuantizeLinear (t, s, z)\ntd = DequantizeLinear (tq, s, z)\ny = MatMul (d, td)`,
      ["moved Transpose", "MatMulIntegerToFloat"],
    ],
    ["MatMul of unsigned weights", `v = DequantizeLinear (w8, s2, z)\ny = MatMul (d, v)`, ["MatMulIntegerToFloat"]],
    [
      "MatMul and a bias that gives floats: a float Gemm",
      "c = MatMul (d, wd)\ny = Add (c, fb)",
      ["float MatMul", "float Add"],
    ],
    [
      "MatMul and a bias, then Q: an integer Gemm",
      `c = MatMul (d, wd)\na = Add (c, fb)\n${pair("a", "y")}`,
      ["QGemm", "moved QGemm"],
    ],
    [
      "MatMul, bias, Relu and Q",
      `c = MatMul (d, wd)\na = Add (c, fb)\nr = Relu (a)\n${pair("r", "y", "s", "z0")}`,
      ["QGemm", "moved QGemm", "moved QGemm"],
    ],
    ["Gemm that gives floats", "y = Gemm (d, wd, bd)", ["QGemm"]],
    ["Gemm between DQ and Q", `c = Gemm (d, wd, bd)\n${pair("c", "y")}`, ["QGemm"]],
    ["Gemm without a bias", "y = Gemm (d, wd)", ["QGemm"]],
    ["Gemm with a float bias", "y = Gemm (d, wd, fb)", ["float Gemm"]],
    ["Gemm whose beta is not 1", "y = Gemm <beta = 0.5> (d, wd, bd)", ["float Gemm"]],
    [
      "Gemm whose weight has no zero point",
      "v = DequantizeLinear <axis = 1> (w, ws)\ny = Gemm (d, v, bd)",
      ["float Gemm"],
    ],
    [
      "Gemm before a Relu that floats read",
      "c = Gemm (d, wd, bd)\nr = Relu (c)\ny = Neg (r)",
      ["float Gemm", "float Relu", "float Neg"],
    ],
  ])("%s", async (_, body, kernels) => {
    await expectKernels(rows(body), kernels);
  });

  it("MatMul of three axes and a bias: one Gemm where the sizes are known", async () => {
    const body = "c = MatMul (d, wd)\ny = Add (c, fb)";
    await expectKernels(rows(body, { shape: "1,4,16" }), ["float MatMul", "float Add"]);
    await expectKernels(rows(body, { shape: "N,4,16" }), ["MatMulIntegerToFloat", "float Add"]);
    const quantized = `c = MatMul (d, wd)\na = Add (c, fb)\n${pair("a", "y")}`;
    await expectKernels(rows(quantized, { shape: "1,4,16" }), ["QGemm", "moved QGemm"]);
    await expectKernels(rows(quantized, { shape: "N,4,16" }), ["MatMulIntegerToFloat", "float Add"]);
  });
});

describe("products of weights that alone are codes", () => {
  const body = (node: string, grid: string) => `main (float[4,32] x) => (float[] y) <int8[32,8] w = random(1),
    int4[32,8] w4 = splat(1), float[8] ws = splat(0.01), float one = {0.01}, float[2,8] blocks = splat(0.01),
    float[8] fb = random(2)> {
    v = DequantizeLinear ${grid}
    ${node}
  }`;
  const parse = (text: string) => parseModel(`<ir_version: 10, opset_import: ["" : 21]> ${text}`);
  it.each([
    ["a scale a column", "y = MatMul (x, v)", "<axis = 1> (w, ws)", ["float MatMulNBits"]],
    ["one scale", "y = MatMul (x, v)", "(w, one)", ["float MatMulNBits"]],
    ["blocks of 4 bits", "y = MatMul (x, v)", "<axis = 0, block_size = 16> (w4, blocks)", ["float MatMulNBits"]],
    ["a Gemm", "y = Gemm (x, v, fb)", "<axis = 1> (w, ws)", ["float MatMulNBits"]],
    ["a Gemm with a factor", "y = Gemm <alpha = 2.0> (x, v, fb)", "<axis = 1> (w, ws)", ["float Gemm"]],
    [
      "read twice",
      "a = MatMul (x, v)\nn = Neg (x)\nc = MatMul (n, v)\ny = Sub (a, c)",
      "<axis = 1> (w, ws)",
      ["float MatMul", "float Neg", "float MatMul", "float Sub"],
    ],
  ])("%s", async (_, node, grid, kernels) => {
    await expectKernels(parse(body(node, grid)), kernels);
  });
});

describe("products whose data become integer when they run", () => {
  const dynamic = (shared: string, bias: string) =>
    parseModel(`<ir_version: 8, opset_import: ["" : 17]>
      main (float[4,16] x) => (float[] y) <int8[16,8] w = random(1), int8[16,8] w2 = random(3), int8 wz = {0}, float[8] ws = splat(0.01), float[8] ws2 = splat(0.02), float[8] b = random(2)> {
        q, s, z = DynamicQuantizeLinear (x)
        ["product"] p = MatMulInteger (q, w, z, wz)
        f = Cast <to = 1> (p)
        t = Mul (s, ws)
        m = Mul (f, t)
        ${bias}
        ${shared}
      }`);

  it("alone, with a bias", async () => {
    const fused = [
      "moved DynamicQuantizeMatMul",
      "DynamicQuantizeMatMul",
      ...new Array<string>(3).fill("moved DynamicQuantizeMatMul"),
    ];
    await expectKernels(dynamic("", "y = Neg (m)"), [...fused.slice(1), "float Neg"]);
    await expectKernels(dynamic("", "y = Add (m, b)"), [...fused.slice(1), "moved DynamicQuantizeMatMul"]);
  });

  it("two that share the quantized data", async () => {
    const second =
      "p2 = MatMulInteger (q, w2, z, wz)\nf2 = Cast <to = 1> (p2)\nt2 = Mul (s, ws2)\nm2 = Mul (f2, t2)\ny = Sub (m, m2)";
    const one = ["MatMulIntegerToFloat", ...new Array<string>(3).fill("moved MatMulIntegerToFloat")];
    await expectKernels(dynamic(second, ""), [...one, ...one, "float Sub"]);
  });
});

describe("pointwise operators and pools", () => {
  it.each([
    ["Add", `e = Add (d, d)\n${pair("e", "y", "s2")}`, ["QLinearAdd"]],
    ["Add of a float", `e = Add (d, x)\n${pair("e", "y", "s2")}`, ["float Add"]],
    ["Mul", `e = Mul (d, d)\n${pair("e", "y", "s2")}`, ["QLinearMul"]],
    ["Concat with another grid", `e = Concat <axis = 1> (d, d)\n${pair("e", "y", "s2")}`, ["QLinearConcat"]],
    ["Concat read as float", "y = Concat <axis = 1> (d, d)", ["float Concat"]],
    ["Sigmoid", `e = Sigmoid (d)\n${pair("e", "y", "s2", "z0")}`, ["QLinearSigmoid"]],
    ["LeakyRelu", `e = LeakyRelu (d)\n${pair("e", "y", "s2")}`, ["QLinearLeakyRelu"]],
    ["Softmax", `e = Softmax (d)\n${pair("e", "y", "s2", "z0")}`, ["QLinearSoftmax"]],
    ["AveragePool", `e = AveragePool <kernel_shape = [2, 2]> (d)\n${pair("e", "y")}`, ["QLinearAveragePool"]],
    ["GlobalAveragePool", `e = GlobalAveragePool (d)\n${pair("e", "y")}`, ["QLinearGlobalAveragePool"]],
    ["Where", `k = Greater (x, s)\ne = Where (k, d, d)\n${pair("e", "y")}`, ["float Greater", "QLinearWhere"]],
    ["Tanh has no integer kernel", `e = Tanh (d)\n${pair("e", "y")}`, ["float Tanh"]],
  ])("%s", async (_, body, kernels) => {
    await expectKernels(conv(body), kernels);
  });
});

describe("moves", () => {
  it.each([
    ["MaxPool with the same grid", `e = MaxPool <kernel_shape = [2, 2]> (d)\n${pair("e", "y")}`, ["moved MaxPool"]],
    ["Resize with the same grid", `e = Resize <mode = "nearest"> (d, , sc)\n${pair("e", "y")}`, ["moved Resize"]],
    ["DepthToSpace", `e = DepthToSpace <blocksize = 2> (d)\n${pair("e", "y")}`, ["moved DepthToSpace"]],
    ["SpaceToDepth has no rule", `e = SpaceToDepth <blocksize = 2> (d)\n${pair("e", "y")}`, ["float SpaceToDepth"]],
    ["Resize with another grid", `e = Resize <mode = "nearest"> (d, , sc)\n${pair("e", "y", "s2")}`, ["float Resize"]],
    [
      "Split",
      `e, f = Split <axis = 1> (d, sp)\n${pair("e", "g")}\n${pair("f", "h")}\ny = Sub (g, h)`,
      ["moved Split", "float Sub"],
    ],
    [
      "Reshape that floats read: the pair is handed on",
      "e = Reshape (d, sh)\ny = Neg (e)",
      ["moved Reshape", "float Neg"],
    ],
    [
      "Transpose of floats that a Q reads: the Q is handed up",
      `n = Neg (x)\ne = Transpose (n)\n${pair("e", "y")}`,
      ["float Neg", "moved Transpose"],
    ],
    ["Transpose of floats that others read too", `e = Transpose (x)\n${pair("e", "y")}`, ["float Transpose"]],
    ["Gather", `e = Gather <axis = 1> (d, ix)\n${pair("e", "y")}`, ["moved Gather"]],
    ["Gather that floats read", "e = Gather <axis = 1> (d, ix)\ny = Neg (e)", ["float Gather", "float Neg"]],
    ["Pad has no rule", `e = Pad (d, pd)\n${pair("e", "y")}`, ["float Pad"]],
  ])("%s", async (_, body, kernels) => {
    const constants =
      ", float[4] sc = {1, 1, 2, 2}, int64[2] sp = {2, 2}, int64[2] sh = {4, 36}, int64[2] ix = {0, 2}, int64[8] pd = {0, 0, 1, 1, 0, 0, 1, 1}";
    await expectKernels(conv(body, { constants }), kernels);
  });

  it("MaxPool moves codes from opset 12 on", async () => {
    const body = `e = MaxPool <kernel_shape = [2, 2]> (d)\n${pair("e", "y")}`;
    await expectKernels(conv(body, { opset: 13 }), ["moved MaxPool"]);
  });
});

describe("a prediction that is wrong is found out", () => {
  it("by the node's name", async () => {
    const model = conv(`["c1"] c = Conv (d, wd, bd)\n${pair("c", "y")}`);
    const honest = predict(model, inferTypes(model), target);
    const nodes = honest.nodes.map((each) => (each.kind === "integer" ? { ...each, kernel: "QLinearAdd" } : each));
    const { disagreements, provenShare } = await proofOf(model, { ...honest, nodes });
    expect(disagreements).toContainEqual({ node: 'Conv "c1"', predicted: "QLinearAdd", ran: "QLinearConv" });
    expect(provenShare).toBe(0);
  });

  it("where a kernel ran that nothing predicted", async () => {
    const model = conv(`["c1"] c = Conv (d, wd, bd)\n${pair("c", "y")}`);
    const honest = predict(model, inferTypes(model), target);
    const nodes = honest.nodes.map((each) =>
      each.kind === "integer" ? { ...each, kind: "float" as const, kernel: "Conv" } : each,
    );
    const { disagreements } = await proofOf(model, { ...honest, nodes });
    expect(disagreements).toEqual([{ node: 'Conv "c1"', predicted: "Conv", ran: "QLinearConv" }]);
  });
});

it("foresees without data, and leaves the model as it is", () => {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 12]>
    main (float[1,4,6,6] x) => (float[] y) <float[4,4,3,3] w = random(1), float[4] b = random(2)> {
      c = Conv (x, w, b)
      r = Relu (c)
      y = Tanh (r)
    }`);
  const { prediction, placement, conversions } = foresee(model, target);
  expect(kernelsOf(prediction)).toEqual(["QLinearConv", "float Tanh"]);
  expect(placement.folded.map(({ type }) => type)).toEqual(["Relu"]);
  expect(conversions).toBe(2);
  expect(prediction.integerShare).toBe(1);
  expect([...model.graph.nodes].map(({ type }) => type)).toEqual(["Conv", "Relu", "Tanh"]);
});
