import { describe, expect, it } from "vitest";
import { linksOf, typesOf } from "../../test/one-node.ts";

const a = "uint8[2,3,4] a, float s, uint8 z";

describe("quantized operators", () => {
  it.each([
    ["float[N,3] x, float s", "y = QuantizeLinear (x, s)", "uint8[N,3]"],
    ["float[N,3] x, float s, int8 z", "y = QuantizeLinear (x, s, z)", "int8[N,3]"],
    ["float[N,3] x, float s", "y = QuantizeLinear <output_dtype = 22> (x, s)", "int4[N,3]"],
    ["int8[N,3] x, float16 s", "y = DequantizeLinear (x, s)", "float16[N,3]"],
    ["float[N,3] x", "y, s, z = DynamicQuantizeLinear (x)", "uint8[N,3], float, uint8"],
    ["float[2,3] x, float s, uint16 z", "y = com.microsoft.QuantizeLinear (x, s, z)", "uint16[2,3]"],
    [`${a}, uint8[4] b`, "y = com.microsoft.QLinearAdd (a, s, z, b, s, z, s, z)", "uint8[2,3,4]"],
    [
      `bool[5,1,1,4] c, ${a}, uint8[3,4] b`,
      "y = com.microsoft.QLinearWhere (c, a, s, z, b, s, z, s, z)",
      "uint8[5,2,3,4]",
    ],
    [`${a}, uint8[2,5,4] b`, "y = com.microsoft.QLinearConcat <axis = 1> (s, z, a, s, z, b, s, z)", "uint8[2,8,4]"],
    [a, "y = com.microsoft.QLinearReduceMean <axes = [-1], keepdims = 0> (a, s, z, s, z)", "uint8[2,3]"],
    [a, "y = com.microsoft.QLinearReduceMean <axes = [0, 2], keepdims = 1> (a, s, z, s, z)", "uint8[1,3,1]"],
    ["uint8[2,3] x, uint8[3] w", "y = com.microsoft.MulInteger (x, , w)", "int32[2,3]"],
    [
      "uint8[3,4] x, float s, uint8 z, int8[4,5] b, float[5] t, int8[5] u",
      "y = com.microsoft.QGemm (x, s, z, b, t, u)",
      "float[3,5]",
    ],
    [
      "uint8[3,4] x, float s, uint8 z, int8[4,5] b, float t, int8 u, float v, int8 q",
      "y = com.microsoft.QGemm (x, s, z, b, t, u, , v, q)",
      "int8[3,5]",
    ],
    [
      "uint8[9,16] t, int64[2,N] i, float16[9,2] s",
      "y = com.microsoft.GatherBlockQuantized <bits = 4> (t, i, s)",
      "float16[2,N,32]",
    ],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node)).toBe(expected);
  });

  it("scales: none, one an element of the axis, or one a block", () => {
    const scales = (inputs: string, node: string) => linksOf(inputs, node).filter((link) => link.startsWith("1."));
    expect(scales("float[2,3,4] x, float s", "y = QuantizeLinear (x, s)")).toEqual([]);
    expect(scales("float[2,3,4] x, float[1] s", "y = QuantizeLinear (x, s)")).toEqual([]);
    expect(scales("float[2,3,4] x, float[3] s", "y = QuantizeLinear (x, s)")).toEqual(["1.0 keeps →0.1"]);
    expect(scales("int8[2,3,4] x, float[4] s", "y = DequantizeLinear <axis = -1> (x, s)")).toEqual(["1.0 keeps →0.2"]);
    expect(scales("int8[6,4] x, float[6,2] s", "y = DequantizeLinear <axis = 1, block_size = 2> (x, s)")).toEqual([
      "1.0 keeps →0.0",
      "1.1 keeps →0.1 by kind:repeat,times:2",
    ]);
  });

  it("concatenated channels keep their distance", () => {
    const links = linksOf(
      `${a}, uint8[2,5,4] b`,
      "y = com.microsoft.QLinearConcat <axis = 1> (s, z, a, s, z, b, s, z)",
    );
    expect(links).toEqual([
      "2.0 keeps →0.0",
      "2.1 keeps →0.1 by kind:offset,by:0",
      "2.2 keeps →0.2",
      "5.0 keeps →0.0",
      "5.1 keeps →0.1 by kind:offset,by:3",
      "5.2 keeps →0.2",
    ]);
  });

  it("reductions mix what they sum, and what stays moves up", () => {
    const node = "y = com.microsoft.QLinearReduceMean <axes = [1], keepdims = 0> (a, s, z, s, z)";
    expect(linksOf(a, node)).toEqual(["0.0 keeps →0.0", "0.2 keeps →0.1"]);
  });
});
