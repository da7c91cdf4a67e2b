/** Float networks that are prepared, placed and written run in ONNX Runtime as predicted, node by node. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFrom } from "@pare/formats";
import { cloneModel, type Model, parseModel, verifyModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { likelyInputs, relativeDifference } from "@pare/pass";
import { place, predict, prepare, prove, type Target, targets, writeQdq } from "@pare/quantize";
import { MemorySource } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const vnni = targets.get("cpu-x64-vnni")!;

const parse = (text: string) => parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${text}`);
const size = (symbol: string) => (symbol === "" ? 1 : 2);

async function outputsOf(model: Model) {
  await using session = await engine.open(model, { optimize: "off", threads: 1 });
  return session.run(likelyInputs(model, 0, size)!);
}

/** The kernels of the nodes that are integer, after comparing them with what ran. */
async function provenKernels(model: Model, target: Target = vnni): Promise<readonly string[]> {
  const placement = place(model, inferTypes(model), target);
  writeQdq(model, placement, new Map(placement.activations.map((point) => [point, { min: -2, max: 2 }])));
  verifyModel(model);
  const prediction = predict(model, inferTypes(model), target);
  await using session = await engine.open(model, { profile: true, optimizedModel: true, threads: 1 });
  await session.run(likelyInputs(model, 0, size)!);
  const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
  const proof = prove(prediction, await session.profile(), optimized);
  expect(proof.disagreements).toEqual([]);
  const kernels = new Map(prediction.nodes.map(({ node, kind, kernel }) => [node, kind === "integer" ? kernel : kind]));
  for (const [node, { kind, kernel }] of placement.decisions)
    if (kind === "integer") expect([node.name, kernels.get(node)]).toEqual([node.name, kernel]);
  return prediction.nodes.flatMap(({ kind, kernel }) => (kind === "integer" ? [kernel] : []));
}

/** A rewrite may change outputs by rounding alone. */
async function preparedKernels(text: string) {
  const original = parse(text);
  const model = cloneModel(original);
  const notes = prepare(model, vnni).map((note) => note.text);
  verifyModel(model);
  const [before, after] = [await outputsOf(original), await outputsOf(model)];
  for (const [name, tensor] of before) {
    expect(after.get(name)!.shape).toEqual(tensor.shape);
    expect(relativeDifference(tensor, after.get(name)!)).toBeLessThan(1e-5);
  }
  return { notes, kernels: await provenKernels(model) };
}

describe("rewrites before placement", () => {
  it("MatMul and a bias over three axes become a Gemm between two Reshapes, one for all that read the same", async () => {
    const { notes, kernels } =
      await preparedKernels(`m (float[N,6,8] x) => (float[] y, float[] z) <float[8,8] w = random(1),
      float[8] b = random(2), float[8,4] v = random(3), float[1,1,4] c = random(4)> {
      ["first"] h = MatMul (x, w)
      a = Add (b, h)
      ["second"] k = MatMul (x, v)
      z = Add (k, c)
      y = Tanh (a)
    }`);
    expect(notes).toEqual(["MatMul and Add became a Gemm with a bias: 2"]);
    expect(kernels).toEqual(["QGemm", "QGemm"]);
  });

  it("not where two sizes are unknown, nor where others read the product", async () => {
    const { notes, kernels } =
      await preparedKernels(`m (float[N,T,8] x) => (float[] y, float[] z) <float[8,8] w = random(1),
      float[8] b = random(2)> {
      h = MatMul (x, w)
      y = Add (h, b)
      k = MatMul (y, w)
      s = Add (k, b)
      t = Tanh (k)
      z = Add (s, t)
    }`);
    expect(notes).toEqual([]);
    expect(kernels).toEqual(["MatMulIntegerToFloat", "MatMulIntegerToFloat"]);
  });

  it("a mean over all places becomes a global pool, with and without its axes", async () => {
    const { notes, kernels } =
      await preparedKernels(`m (float[N,4,6,6] x) => (float[] y, float[] z) <float[8,4,3,3] w = random(1),
      float[8,3] v = random(3)> {
      c = Conv (x, w)
      p = ReduceMean <axes = [-1, -2], keepdims = 0> (c)
      y = MatMul (p, v)
      z = ReduceMean <axes = [2, 3]> (c)
    }`);
    expect(notes).toEqual(["means over all places became global pools: 2"]);
    expect(kernels).toEqual([
      "QLinearConv",
      "QLinearGlobalAveragePool",
      "MatMulIntegerToFloat",
      "QLinearGlobalAveragePool",
    ]);
  });

  it("means of a normalization stay", async () => {
    const { notes } = await preparedKernels(`m (float[N,4,6,6] x) => (float[] y) <float[4,4,3,3] w = random(1)> {
      c = Conv (x, w)
      p = ReduceMean <axes = [2, 3]> (c)
      y = Sub (c, p)
    }`);
    expect(notes).toEqual([]);
  });

  it("batch normalization behind a Concat becomes a convolution, its Relu in the grid", async () => {
    const { notes, kernels } = await preparedKernels(`m (float[N,4,6,6] x) => (float[] y) <float[4,4,3,3] w = random(1),
      float[8,8,1,1] v = random(2), float[8] scale = random(3), float[8] shift = random(4), float[8] mean = random(5),
      float[8] variance = splat(2)> {
      c = Conv (x, w)
      d = Conv (x, w)
      j = Concat <axis = 1> (c, d)
      n = BatchNormalization (j, scale, shift, mean, variance)
      r = Relu (n)
      y = Conv (r, v)
    }`);
    expect(notes).toEqual(["batch normalizations became convolutions: 1"]);
    expect(kernels).toEqual(["QLinearConv", "QLinearConv", "QLinearConcat", "QLinearConv", "QLinearConv"]);
  });

  it("what the recipe leaves out stays as it is", () => {
    const model = parse(
      "m (float[4,8] x) => (float[] y) <float[8,8] w = random(1), float[8] b = random(2)> { h = MatMul (x, w) y = Add (h, b) }",
    );
    expect(prepare(model, vnni, ({ op }) => (op === "onnx.Add" ? "not selected" : undefined))).toEqual([]);
    expect([...model.graph.nodes].map(({ type }) => type)).toEqual(["MatMul", "Add"]);
  });
});

describe("placed and written", () => {
  const conv = "float[4,4,3,3] w = random(1), float[4] b = random(2)";
  it.each([
    [
      "a residual network",
      `m (float[N,4,8,8] x) => (float[] y) <${conv}, float[4,3] v = random(3)> {
      a = Conv <pads = [1, 1, 1, 1]> (x, w, b)
      r = Relu (a)
      c = Conv <pads = [1, 1, 1, 1]> (r, w, b)
      s = Add (c, r)
      q = Relu (s)
      p = GlobalAveragePool (q)
      f = Flatten (p)
      y = Gemm (f, v)
    }`,
      ["QLinearConv", "QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QGemm"],
    ],
    [
      "branches with Split, Concat and an up-sampling",
      `m (float[N,4,8,8] x) => (float[] y) <${conv}, int64[2] halves = {2, 2},
      float[4] scales = {1, 1, 2, 2}, float[2,2,1,1] v = random(3)> {
      a = Conv <pads = [1, 1, 1, 1]> (x, w, b)
      s, t = Split <axis = 1> (a, halves)
      u = Conv (s, v)
      j = Concat <axis = 1> (u, t)
      z = Resize <mode = "nearest"> (j, , scales)
      y = Conv (z, w, b)
    }`,
      ["QLinearConv", "QLinearConv", "QLinearConcat", "QLinearConv"],
    ],
    [
      "depthwise and grouped convolutions",
      `m (float[N,4,8,8] x) => (float[] y) <float[4,1,3,3] d = random(1), float[4,2,3,3] g = random(2)> {
      a = Conv <group = 4> (x, d)
      y = Conv <group = 2> (a, g)
    }`,
      ["QLinearConv", "QLinearConv"],
    ],
    [
      "a shared bias, a shared weight",
      `m (float[N,4,8,8] x) => (float[] y, float[] z) <${conv}> {
      a = Conv (x, w, b)
      y = Conv (a, w, b)
      z = Conv (a, w)
    }`,
      ["QLinearConv", "QLinearConv", "QLinearConv"],
    ],
    [
      "a value that is an output of the model and is read on",
      `m (float[N,4,8,8] x) => (float[] a, float[] y) <${conv}> {
      a = Conv (x, w, b)
      y = Conv (a, w, b)
    }`,
      ["QLinearConv", "QLinearConv"],
    ],
    [
      "a sigmoid-weighted unit",
      `m (float[N,4,8,8] x) => (float[] y) <${conv}> {
      a = Conv (x, w, b)
      s = Sigmoid (a)
      g = Mul (a, s)
      y = Conv (g, w, b)
    }`,
      ["QLinearConv", "QLinearSigmoid", "QLinearMul", "QLinearConv"],
    ],
    [
      "what stays float between codes",
      `m (float[N,4,8,8] x) => (float[] y) <${conv}, float[4,4,3,3] t = random(3)> {
      a = Conv (x, w, b)
      c = ConvTranspose (a, t, b)
      y = Conv (c, w, b)
    }`,
      ["QLinearConv", "QLinearConv"],
    ],
    [
      "values that a subgraph reads",
      `m (float[4,8] x, bool k) => (float[] y) <float[8,8] v = random(1)> {
      a = Gemm (x, v)
      r = Relu (a)
      c = Gemm (r, v)
      d = If <then_branch = graph t () => (float[] u) { u = Tanh (r) }, else_branch = graph e () => (float[] o) { o = Sigmoid (r) }> (k)
      y = Sub (c, d)
    }`,
      ["QGemm", "QGemm"],
    ],
  ] as const)("%s", async (_, text, kernels) => {
    expect(await provenKernels(parse(text))).toEqual(kernels);
  });
});
