import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const linear = (x: string, bias: string, opset = 17) =>
  `<ir_version: 8, opset_import: ["" : ${opset}]>
   g (float[${x}] x) => (y) <float[3,4] w = random(1), float[${bias}] b = random(2)> { p = MatMul (x, w) y = Add (b, p) }`;

describe("form-gemm", () => {
  it.each(["4", "1,4", "1"])("merges a MatMul with a bias of shape [%s]", async (bias) => {
    expect((await rewritten(linear("N,3", bias), "form-gemm")).nodes).toEqual(["y = Gemm (x, w, b)"]);
  });

  it.each([
    ["the product has more axes", "N,5,3", "4"],
    ["the bias widens the product", "1,3", "2,4"],
    ["the bias has more axes", "N,3", "1,1,4"],
  ])("leaves it where %s", async (_, x, bias) => {
    expect((await rewritten(linear(x, bias), "form-gemm")).nodes).toHaveLength(2);
  });

  it("takes a bias that is computed", async () => {
    const { nodes } = await rewritten(
      "g (float[2,3] x, float[2,4] b) => (y) <float[3,4] w = random(1)> { p = MatMul (x, w) c = Relu (b) y = Add (p, c) }",
      "form-gemm",
    );
    expect(nodes).toEqual(["c = Relu (b)", "y = Gemm (x, w, c)"]);
  });

  it("turns transposes of matrices into flags", async () => {
    const { nodes } = await rewritten(
      "g (float[3,2] a, float[4,3] b) => (y) { s = Transpose (a) t = Transpose <perm = [1,0]> (b) y = MatMul (s, t) }",
      "form-gemm",
    );
    expect(nodes).toEqual(["y = Gemm <transA = 1, transB = 1> (a, b)"]);
  });

  it("leaves integers and, before opset 11, a Gemm that would need a bias", async () => {
    const ints =
      "g (int32[2,3] x) => (y) <int32[3,4] w = random(1), int32[4] b = random(2)> { p = MatMul (x, w) y = Add (b, p) }";
    expect((await rewritten(ints, "form-gemm")).nodes).toHaveLength(2);
    const old = `<ir_version: 4, opset_import: ["" : 9]> g (float[3,2] a, float[3,2] b) => (y) { s = Transpose (a) y = MatMul (s, b) }`;
    expect((await rewritten(old, "form-gemm")).nodes).toHaveLength(2);
  });
});
