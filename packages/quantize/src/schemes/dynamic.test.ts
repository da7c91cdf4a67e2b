import { type Model, parseModel, printModel, verifyModel } from "@pare/ir";
import { selector } from "@pare/pass";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { cpuX64Avx2, cpuX64Vnni } from "../targets/cpu.ts";
import type { Target } from "../targets/target.ts";
import { type DynamicOptions, quantizeDynamic, writeDynamic } from "./dynamic.ts";

interface Given {
  readonly options?: Partial<DynamicOptions>;
  readonly target?: Target;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

function quantized(text: string, { options = {}, target = cpuX64Vnni, ...selection }: Given = {}) {
  const model = parseModel(text);
  const result = writeDynamic(model, target, { least: 1, ...options }, { selects: selector(selection) });
  verifyModel(model);
  return { model, ...result, texts: result.notes.map(({ text }) => text) };
}

function operators(model: Model): readonly string[] {
  return [...model.graph.nodes].map(({ type }) => type);
}

function constant(model: Model, name: string) {
  const origin = model.graph.value(name)?.origin;
  if (origin?.kind !== "constant") return undefined;
  return { dtype: origin.tensor.dtype, shape: origin.tensor.shape, values: [...numbers(origin.tensor)] };
}

const product = `<ir_version: 8, opset_import: ["" : 17]>
main (float[N,2] x) => (float[N,2] y) <float[2,2] w = {127, 1, -254, 4}> {
  ["dense"] h = MatMul (x, w)
  y = Relu (h)
}`;

describe("quantize/dynamic", () => {
  it("quantizes the input at run time, and the weight with a scale for each column", () => {
    // Columns reach 254 and 4: scales 2 and 4 ÷ 127. 127 ÷ 2 is a tie, 1 ÷ (4 ÷ 127) is 31.75.
    const { model, quantized: names } = quantized(product);
    expect(printModel(model)).toBe(`<ir_version: 8, opset_import: ["" : 17]>
main (float[N,2] x) => (float[N,2] y) <
  int8[2,2] w_quantized = {64, 32, -127, 127},
  float[2] w_scale = {2, 0.031496063},
  int8[2] w_zero_point = {0, 0}
> {
  [x_quantize] x_quantized, x_scale, x_zero_point = DynamicQuantizeLinear (x)
  [dense_integer] h_integer = MatMulInteger (x_quantized, w_quantized, x_zero_point, w_zero_point)
  [dense_scale] h_scale = Mul (x_scale, w_scale)
  [dense_cast] h_cast = Cast <to = 1> (h_integer)
  [dense_rescaled] h = Mul (h_cast, h_scale)
  y = Relu (h)
}
`);
    expect(names).toEqual(["dense"]);
  });

  it("has one scale where asked, and unsigned codes about a zero point", () => {
    const one = quantized(product, { options: { granularity: "tensor" } });
    expect(constant(one.model, "w_scale")).toEqual({ dtype: "float32", shape: [], values: [2] });
    expect(constant(one.model, "w_quantized")?.values).toEqual([64, 0, -127, 2]);
    // −254 … 127 in 255 steps of 1.494…: zero is step 170.
    const unsigned = quantized(product, { options: { granularity: "tensor", weights: "uint8" } });
    expect(constant(unsigned.model, "w_zero_point")).toEqual({ dtype: "uint8", shape: [], values: [170] });
    expect(constant(unsigned.model, "w_quantized")?.values).toEqual([255, 171, 0, 173]);
    const columns = quantized(product, { options: { weights: "uint8" } });
    expect(constant(columns.model, "w_zero_point")?.values).toEqual([128, 128]);
    expect(constant(columns.model, "w_quantized")?.values).toEqual([192, 160, 1, 255]);
  });

  it("uses seven bits where pairs of products saturate, and all of unsigned codes", () => {
    // 254 is 64 steps, 127 the half of it.
    const avx2 = quantized(product, { target: cpuX64Avx2 });
    expect(constant(avx2.model, "w_quantized")?.values).toEqual([32, 16, -64, 64]);
    const unsigned = quantized(product, { target: cpuX64Avx2, options: { weights: "uint8" } });
    expect(constant(unsigned.model, "w_quantized")?.values).toEqual([192, 160, 1, 255]);
    const asked = quantized(product, { options: { bits: 7 } });
    expect(constant(asked.model, "w_quantized")?.values).toEqual([32, 16, -64, 64]);
  });

  it("makes a product and an Add of Gemm, its factors in the constants", () => {
    const { model } = quantized(`main (float[N,2] x) => (float[N,3] y) <
      float[3,2] w = {127, -254, 1, 4, 0, 0}, float[3] b = {1, 2, 3}> {
      y = Gemm <transB = 1, alpha = 0.5, beta = 2.0> (x, w, b)
    }`);
    expect(operators(model)).toEqual(["DynamicQuantizeLinear", "MatMulInteger", "Mul", "Cast", "Mul", "Add"]);
    expect(constant(model, "w_quantized")).toEqual({
      dtype: "int8",
      shape: [2, 3],
      values: [64, 32, 0, -127, 127, 0],
    });
    expect(constant(model, "w_scale")?.values).toEqual([1, Math.fround(2 / 127), 1]);
    expect(constant(model, "b_scaled")?.values).toEqual([2, 4, 6]);
    expect(model.graph.value("w") ?? model.graph.value("b")).toBeUndefined();
    expect(model.graph.outputs[0]?.name).toBe("y");
  });

  it("quantizes a shared input once, and a shared weight too", () => {
    const { model } = quantized(`main (float[N,2] x) => (float[N,2] a, float[N,2] b, float[N,2] c) <
      float[2,2] w = random(1), float[2,2] v = random(2)> {
      a = MatMul (x, w)
      b = MatMul (x, v)
      c = MatMul (b, w)
    }`);
    const types = operators(model);
    expect(types.filter((type) => type === "DynamicQuantizeLinear")).toHaveLength(2);
    expect([...model.graph.values].filter(({ name }) => name.startsWith("w_")).map(({ name }) => name)).toEqual([
      "w_quantized",
      "w_scale",
      "w_zero_point",
    ]);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("turns the weights of an LSTM over, with a scale for each row of the gates", () => {
    const { model } = quantized(`main (float[S,B,2] x) => (float[S,1,B,2] y) <
      float[1,8,2] w = {127, 1, 2, 254, 0, 0, 1, -127, 0, 0, 0, 0, 0, 0, 0, 0}, float[1,8,2] r = random(2),
      float[1,16] bias = random(1)> {
      ["rnn"] y = LSTM <hidden_size = 2> (x, w, r, bias)
    }`);
    const [node] = [...model.graph.nodes];
    expect(node?.op).toBe("com.microsoft.DynamicQuantizeLSTM");
    expect(model.opsets.get("com.microsoft")).toBe(1);
    expect(node?.inputs.map((input) => input?.name ?? "")).toEqual([
      ...["x", "w_quantized", "r_quantized", "bias", "", "", "", ""],
      ...["w_scale", "w_zero_point", "r_scale", "r_zero_point"],
    ]);
    expect(constant(model, "w_quantized")).toEqual({
      dtype: "int8",
      shape: [1, 2, 8],
      values: [127, 1, 0, 1, 0, 0, 0, 0, 1, 127, 0, -127, 0, 0, 0, 0],
    });
    expect(constant(model, "w_scale")).toEqual({ dtype: "float32", shape: [1, 8], values: [1, 2, 1, 1, 1, 1, 1, 1] });
    expect(constant(model, "r_quantized")?.shape).toEqual([1, 2, 8]);
  });

  it("leaves an LSTM with few cells", () => {
    const lstm = `main (float[S,B,2] x) => (float[S,1,B,1] y) <float[1,4,2] w = random(1), float[1,4,1] r = random(2)> {
      y = LSTM <hidden_size = 1> (x, w, r)
    }`;
    expect(quantized(lstm, { options: { least: 2 } }).texts).toContain(
      "1 in float: LSTM with fewer than 4 cells: float is as fast",
    );
  });

  it("has a scale for each direction of an LSTM where one a tensor is asked for", () => {
    const { model } = quantized(
      `main (float[S,B,1] x) => (float[S,2,B,2] y) <
        float[2,8,1] w = {127, 1, 2, 3, 0, 0, 0, 0, 254, 2, 4, 6, 0, 0, 0, 0}, float[2,8,2] r = random(1)> {
        y = LSTM <hidden_size = 2, direction = "bidirectional"> (x, w, r)
      }`,
      { options: { granularity: "tensor" } },
    );
    expect(constant(model, "w_scale")).toEqual({ dtype: "float32", shape: [2], values: [1, 2] });
    expect(constant(model, "w_quantized")?.values).toEqual([127, 1, 2, 3, 0, 0, 0, 0, 127, 1, 2, 3, 0, 0, 0, 0]);
  });

  it("says what stays float, and why", () => {
    const { texts, quantized: names } = quantized(
      `main (float[1,2,4,4] x, float[2,4] s, int64[1] id) => (z) <
      float[2,2,1,1] k = random(1), float[1,6,2] gw = random(2), float[1,6,2] gr = random(3), float[5,4] table = random(4),
      float[4,1] narrow = random(5), float[4,2] left = random(6), float16[4,4] half = random(7), float[2,4,4] stack = random(8)> {
      c = Conv (x, k)
      g = GRU <hidden_size = 2> (gx, gw, gr)
      gx = Reshape (x, gs)
      gs = Constant <value_ints = [16, 1, 2]> ()
      e = Gather (table, id)
      n = MatMul (s, narrow)
      t = MatMul (left, s)
      a = MatMul (s, u)
      u = Transpose (s)
      sh = Cast <to = 10> (s)
      h = MatMul (sh, half)
      b = MatMul (s, stack)
      f = Gemm <transA = 1> (st, stw)
      st = Transpose (s)
      stw = Constant <value = float[4,2] {1, 2, 3, 4, 5, 6, 7, 8}> ()
      z = Identity (c)
    }`,
      { options: { least: 2 } },
    );
    expect(names).toEqual([]);
    expect(texts).toEqual([
      "left as it is: no MatMul, Gemm or LSTM that can be quantized",
      "1 in float: convolutions: dynamically quantized they are slower than float",
      "1 in float: GRU: ONNX Runtime has no dynamically quantized kernel; quantize/storage makes its weights smaller",
      "1 in float: embeddings: they are looked up, nothing is computed; quantize/storage makes them smaller",
      "1 in float: weights with fewer than 2 rows or columns: quantizing the input costs more than it saves",
      "1 in float: products with the constant on the left",
      "1 in float: products of two computed values",
      "1 in float: weights that are float16, not float32",
      "1 in float: weights that are no matrix",
      "1 in float: Gemm with a transposed first input",
    ]);
  });

  it("keeps what only and except leave out, and what the caller says", () => {
    expect(quantized(product, { except: ["dense"] }).texts).toContain("1 in float: not selected");
    expect(quantized(product, { only: ["op:Gemm"] }).quantized).toEqual([]);
    const model = parseModel(product);
    const { notes } = writeDynamic(model, cpuX64Vnni, { least: 1 }, { selects: () => true }, () => "slower");
    expect(notes.map(({ text }) => text)).toContain("1 in float: slower");
  });

  it("leaves everything on targets without such kernels", () => {
    const target: Target = { ...cpuX64Vnni, name: "gpu", device: "cuda" };
    expect(quantized(product, { target }).texts).toContain(
      "1 in float: gpu has no integer kernels for inputs that are quantized at run time",
    );
  });

  it("says which float weights stay beside their codes", () => {
    const { notes, model } = quantized(`main (float[N,2] x, int64[1] id) => (float[N,2] y, float[1,2] e) <
      float[2,2] w = random(1)> {
      y = MatMul (x, w)
      e = Gather (w, id)
    }`);
    expect(notes.at(-1)).toMatchObject({ text: expect.stringContaining("kept beside"), subjects: ["w"] });
    expect(constant(model, "w")).toBeDefined();
  });

  it("reaches into branches, quantizes there what is read there, and takes weights from Constant nodes", () => {
    const { model } = quantized(`main (bool c, float[N,2] x) => (float[N,2] y) <float[2,2] w = random(1)> {
      h = MatMul (x, w)
      y = If <
        then_branch = graph yes () => (float[N,2] a) {
          v = Constant <value = float[2,2] {1, 2, 3, 4}> ()
          a = MatMul (x, v)
        },
        else_branch = graph no () => (float[N,2] b) { b = MatMul (h, w) }
      > (c)
    }`);
    const [yes, no] = [...model.graph.nodes].at(-1)!.attrs.values();
    const inner = (found: typeof yes) =>
      found?.kind === "graph" ? [...found.graph.nodes].map(({ type }) => type) : [];
    const rewritten = ["DynamicQuantizeLinear", "MatMulInteger", "Mul", "Cast", "Mul"];
    expect(inner(yes)).toEqual(rewritten);
    expect(inner(no)).toEqual(rewritten);
    expect(operators(model)).toEqual([...rewritten, "If"]);
  });

  it("raises an opset before 11, and only where it has something to do", () => {
    const old = product.replace('"" : 17', '"" : 9');
    expect(quantized(old).model.opsets.get("onnx")).toBe(11);
    const nothing = quantized(old, { except: ["dense"] });
    expect(nothing.model.opsets.get("onnx")).toBe(9);
    expect(operators(nothing.model)).toEqual(["MatMul", "Relu"]);
  });

  it("does not take weights that callers may replace", () => {
    const { texts } = quantized(
      `main (float[N,2] x, float[2,2] w = {1, 2, 3, 4}) => (float[N,2] y) { y = MatMul (x, w) }`,
    );
    expect(texts.at(-1)).toMatch(/callers may replace/);
  });

  it("refuses weights that hold NaN", () => {
    expect(() => quantized(product.replace("127, 1", "nan, 1"))).toThrow(/QUANTIZE_NOT_FINITE/);
  });

  it("says what the weights lose", () => {
    // Steps of 2 and 1: 127 becomes 128, 1 stays: 1 of 127² + 254² + 1 + 127² is lost.
    const { texts } = quantized(product.replace("{127, 1, -254, 4}", "{127, 1, -254, 127}"));
    expect(texts[0]).toBe(
      "quantized 1 MatMul for cpu-x64-vnni; their inputs are quantized at run time; signal to noise of the weights 49.9 dB",
    );
  });

  it("needs no data", () => {
    expect(quantizeDynamic.promise).toBe("lossy");
    expect(quantizeDynamic.options.parse({})).toEqual({ target: "auto", weights: "int8", least: 32 });
  });
});
