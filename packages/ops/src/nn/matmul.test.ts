import { describe, expect, it } from "vitest";
import { linksOf, macsOf, typesOf } from "../../test/one-node.ts";

describe("matrix products", () => {
  it.each([
    ["float[3,4] a, float[4,5] b", "y = Gemm (a, b)", "float[3,5]"],
    ["float[4,3] a, float[5,4] b", "y = Gemm <transA = 1, transB = 1> (a, b)", "float[3,5]"],
    ["float[N,4] a, float[4,5] b, float[5] c", "y = Gemm (a, b, c)", "float[N,5]"],
    ["float[N,T,4] a, float[4,5] b", "y = MatMul (a, b)", "float[N,T,5]"],
    ["float[2,1,3,4] a, float[7,4,5] b", "y = MatMul (a, b)", "float[2,7,3,5]"],
    ["float[4] a, float[2,4,5] b", "y = MatMul (a, b)", "float[2,5]"],
    ["float[2,3,4] a, float[4] b", "y = MatMul (a, b)", "float[2,3]"],
    ["float[4] a, float[4] b", "y = MatMul (a, b)", "float"],
    ["float[] a, float[4,5] b", "y = MatMul (a, b)", "float[]"],
    ["int8[2,3,4] a, int8[4,5] b", "y = MatMulInteger (a, b)", "int32[2,3,5]"],
    ["float[2,4,3] a, float[2,5,4] b", "y = com.microsoft.FusedMatMul <transA = 1, transB = 1> (a, b)", "float[2,3,5]"],
    ["float[3,2,4] a, float[2,4,5] b", "y = com.microsoft.FusedMatMul <transBatchA = 1> (a, b)", "float[2,3,5]"],
    [
      "float[2,3,K] a, uint8[5,2,8] b, float[10] s",
      "y = com.microsoft.MatMulNBits <K = 32, N = 5> (a, b, s)",
      "float[2,3,5]",
    ],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node)).toBe(expected);
  });

  it("counts M·N·K for each matrix", () => {
    expect(macsOf("float[3,4] a, float[5,4] b", "y = Gemm <transB = 1> (a, b)")).toBe(3 * 5 * 4);
    expect(macsOf("float[2,1,3,4] a, float[7,4,5] b", "y = MatMul (a, b)")).toBe(14 * 3 * 5 * 4);
    expect(macsOf("float[2,3,4] a, float[4] b", "y = MatMul (a, b)")).toBe(24);
    expect(
      macsOf("float[2,3,32] a, uint8[5,2,8] b, float[10] s", "y = com.microsoft.MatMulNBits <K = 32, N = 5> (a, b, s)"),
    ).toBe(960);
  });

  it("Gemm's links follow its transpositions", () => {
    expect(linksOf("float[3,4] a, float[5,4] b, float[5] c", "y = Gemm <transB = 1> (a, b, c)")).toEqual([
      "0.0 keeps →0.0",
      "1.0 keeps →0.1",
      "0.1 mixes 1.1",
      "2.0 keeps →0.1",
    ]);
    expect(linksOf("float[4,3] a, float[4,5] b, float[3,1] c", "y = Gemm <transA = 1> (a, b, c)")).toEqual([
      "0.1 keeps →0.0",
      "1.1 keeps →0.1",
      "0.0 mixes 1.0",
      "2.0 keeps →0.0",
    ]);
  });

  it("MatMul's links: stretched axes have none, vectors only their contraction", () => {
    expect(linksOf("float[2,1,3,4] a, float[7,4,5] b", "y = MatMul (a, b)")).toEqual([
      "0.0 keeps →0.0",
      "1.0 keeps →0.1",
      "0.2 keeps →0.2",
      "1.2 keeps →0.3",
      "0.3 mixes 1.1",
    ]);
    expect(linksOf("float[2,3,4] a, float[4] b", "y = MatMul (a, b)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
      "0.2 mixes 1.0",
    ]);
  });
});
