import { parseModel, printModel, verifyModel } from "@pare/ir";
import { selector } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { storeWeights } from "./storage.ts";
import { type WeightsOptions, writeWeightOnly } from "./weights.ts";

const world = { signal: new AbortController().signal, progress: { report: () => {} } };

interface Given extends Partial<WeightsOptions> {
  readonly only?: readonly string[];
}

function quantized(text: string, { only, ...options }: Given = {}) {
  const model = parseModel(text);
  const notes = writeWeightOnly(
    model,
    { minSize: 1, blockSize: 16, ...options },
    { ...world, selects: selector(only ? { only } : {}) },
  );
  verifyModel(model);
  return { text: printModel(model), notes: notes.map(({ kind, text }) => `${kind}: ${text}`) };
}

/** 16 rows −8 … 7 and one column: scale 1, nothing lost. */
const product = `<ir_version: 8, opset_import: ["" : 17]>
main (float[N,16] x) => (float[N,1] y) <float[16,1] w = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7}> {
  [dense] y = MatMul (x, w)
}`;

describe("quantize/weights", () => {
  it("makes a product MatMulNBits", () => {
    const { text, notes } = quantized(product);
    expect(text).toBe(`<ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]>
main (float[N,16] x) => (float[N,1] y) <
  uint8[1,1,8] w_uint4 = {16, 50, 84, 118, 152, 186, 220, 254},
  float[1,1] w_scale = {1}
> {
  [dense] y = com.microsoft.MatMulNBits <K = 16, N = 1, bits = 4, block_size = 16> (x, w_uint4, w_scale)
}
`);
    expect(notes).toEqual(["changed: gave 1 weight 4 bits in blocks of 16: 64 B became 12 B; nothing is lost"]);
  });

  it("or puts the codes behind DequantizeLinear, from opset 21 on", () => {
    const { text } = quantized(product, { form: "dequantize", accuracyLevel: 4 });
    expect(text).toContain(`opset_import: ["" : 21]`);
    expect(text).toContain("int4[16,1] w_q = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7}");
    expect(text).toContain("w_dq = DequantizeLinear <axis = 0, block_size = 16> (w_q, w_scale)");
  });

  it("says what it leaves, and why", () => {
    const { notes, text } = quantized(`<ir_version: 8, opset_import: ["" : 17]>
main (float[2,3,4] x, int64[2] i) => (y, e, c, n) <
  float[2,4,5] batch = random(1), float[7,5] table = random(2), float[4,3,1] kernel = random(3), float[4,4] bad = {nan, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
> {
  y = MatMul (x, batch)
  e = Gather (table, i)
  c = Conv (x, kernel)
  n = MatMul (x, bad)
}`);
    expect(notes).toEqual([
      "left: 2 weights: no kernel takes its codes; quantize/storage makes it small",
      "left: 1 weight: its rows are not made of blocks of 16",
      "left: 1 weight: some of its numbers are NaN or infinite",
    ]);
    expect(text).toContain("MatMul (x, bad)");
  });

  it("leaves a Gemm with factors, and one whose bias is no vector", () => {
    for (const gemm of ["<alpha = 2.0>", "<transA = 1>", "<beta = 0.5>", ""]) {
      const { notes } = quantized(`<ir_version: 8, opset_import: ["" : 17]>
main (float[16,16] x) => (float[16,16] y) <float[16,16] w = random(1), float[1,16] b = random(2)> {
  y = Gemm ${gemm} (x, w, b)
}`);
      expect(notes, gemm).toEqual([expect.stringMatching(/^left: 1 weight: no kernel/)]);
    }
  });

  it("touches what is selected only, and says when there is nothing", () => {
    expect(quantized(product, { only: ["other"] }).notes).toEqual([
      "info: left as it is: no constant of it is a float32 weight of that size; simplify may make some constant",
    ]);
    expect(quantized(product, { minSize: 17 }).notes[0]).toMatch(/^info: left as it is/);
  });
});

describe("quantize/storage", () => {
  const stored = (text: string, options = {}) => {
    const model = parseModel(text);
    const notes = storeWeights(model, { minSize: 1, ...options }, { ...world, selects: () => true });
    verifyModel(model);
    return { text: printModel(model), notes: notes.map(({ kind, text }) => `${kind}: ${text}`) };
  };

  const conv = (weights: string) => `<ir_version: 8, opset_import: ["" : 13]>
main (float[N,1,4] x) => (float[N,2,3] y) <float[2,1,2] w = {${weights}}> {
  y = Conv (x, w)
}`;

  it("puts int8 behind Cast and Mul, with a scale for each channel", () => {
    const { text, notes } = stored(conv("127, 63.5, -254, 2"));
    expect(text).toBe(`<ir_version: 8, opset_import: ["" : 13]>
main (float[N,1,4] x) => (float[N,2,3] y) <
  float[2,1,1] w_scale = {1, 2},
  int8[2,1,2] w_int8 = {127, 64, -127, 1}
> {
  [w_float] w_float = Cast <to = 1> (w_int8)
  [w_scaled] w_scaled = Mul (w_float, w_scale)
  y = Conv (x, w_scaled)
}
`);
    expect(notes[0]).toMatch(
      /^changed: stored 1 weight as int8 behind Cast and Mul: 16 B became 12 B; signal to noise/,
    );
  });

  it("puts int4 behind Cast, Mul and Reshape, with a scale for neighbours of one channel", () => {
    const { text } = stored(conv("8, -7, -16, 2"), { type: "int4" });
    expect(text).toContain(`opset_import: ["" : 21]`);
    expect(text).toContain("float[2,1] w_scale = {-1, 2}");
    expect(text).toContain("int4[2,2] w_int4 = {-8, 7, -8, 1}");
    expect(text).toContain("w_shaped = Reshape (w_scaled, w_shape)");
    expect(text).toContain("y = Conv (x, w_shaped)");
  });

  it("puts float16 behind Cast, where float16 can hold the numbers", () => {
    const { text, notes } = stored(conv("1, 0.1, -2, 65504"), { type: "float16" });
    expect(text).toContain("float16[2,1,2] w_float16 = {1, 0.099975586, -2, 65504}");
    expect(text).toContain("y = Conv (x, w_float)");
    expect(notes).toEqual(["changed: stored 1 weight as float16 behind Cast: 16 B became 8 B"]);
    expect(stored(conv("1, 0.1, -2, 65520"), { type: "float16" }).notes).toEqual([
      "left: 1 weight: float16 cannot hold numbers as large as it has",
    ]);
  });

  it("leaves small tensors, vectors, and what is not finite", () => {
    expect(stored(conv("1, 2, 3, 4"), { minSize: 5 }).notes[0]).toMatch(/^info: left as it is/);
    expect(stored(conv("1, 2, inf, 4")).notes).toEqual(["left: 1 weight: 1 of its numbers are NaN or infinite"]);
  });
});
