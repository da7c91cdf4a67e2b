import { describe, expect, it } from "vitest";
import { linksOf, macsOf, typesOf } from "../../test/one-node.ts";

describe("Conv", () => {
  it.each([
    ["float[1,3,8,8] x, float[4,3,3,3] w", "y = Conv (x, w)", "float[1,4,6,6]"],
    ["float[1,3,8,8] x, float[4,3,3,3] w", "y = Conv <pads = [1, 1, 1, 1]> (x, w)", "float[1,4,8,8]"],
    ["float[1,3,8,8] x, float[4,3,3,3] w", "y = Conv <pads = [0, 0, 1, 1], strides = [2, 2]> (x, w)", "float[1,4,4,4]"],
    ["float[1,3,9,9] x, float[4,3,3,3] w", "y = Conv <dilations = [2, 3]> (x, w)", "float[1,4,5,3]"],
    [
      "float[1,3,7,8] x, float[4,3,3,3] w",
      'y = Conv <auto_pad = "SAME_UPPER", strides = [2, 2]> (x, w)',
      "float[1,4,4,4]",
    ],
    ["float[1,3,7,8] x, float[4,3,3,3] w", 'y = Conv <auto_pad = "VALID", strides = [2, 2]> (x, w)', "float[1,4,3,3]"],
    ["float[1,3,10] x, float[4,3,5] w", "y = Conv (x, w)", "float[1,4,6]"],
    ["float[2,4,4,4,4] x, float[6,2,1,2,3] w", "y = Conv <group = 2> (x, w)", "float[2,6,4,3,2]"],
    ["float[1,8,5,5] x, float[8,1,3,3] w", "y = Conv <group = 8> (x, w)", "float[1,8,3,3]"],
    ["float16[N,3,h,w] x, float16[4,3,1,1] k", "y = Conv (x, k)", "float16[N,4,h,w]"],
    ["float[N,3,h,8] x, float[4,3,3,3] w", "y = Conv <pads = [1, 1, 1, 1]> (x, w)", "float[N,4,h,8]"],
    ["float[] x, float[4,3,3,3] w", "y = Conv (x, w)", "float[?,4,?,?]"],
    ["float[1,3,8,8] x, float[] w", "y = Conv <kernel_shape = [3, 3]> (x, w)", "float[1,?,6,6]"],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node)).toBe(expected);
  });

  it("counts kernel × input channels for each output element", () => {
    expect(macsOf("float[1,3,8,8] x, float[4,3,3,3] w", "y = Conv (x, w)")).toBe(4 * 6 * 6 * 27);
    expect(macsOf("float[1,8,5,5] x, float[8,1,3,3] w", "y = Conv <group = 8> (x, w)")).toBe(8 * 3 * 3 * 9);
    expect(macsOf("float[N,8,5,5] x, float[8,1,3,3] w", "y = Conv <group = 8> (x, w)")).toBeUndefined();
  });

  it("links weight rows to output channels, and input channels to weight columns", () => {
    expect(linksOf("float[1,3,8,8] x, float[4,3,3,3] w, float[4] b", "y = Conv (x, w, b)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 mixes 1.1",
      "1.0 keeps →0.1",
      "2.0 keeps →0.1",
      "0.2 opaque →0.2",
      "0.3 opaque →0.3",
    ]);
  });

  it("keeps channels apart when depthwise, and leaves other groups alone", () => {
    const channels = (inputs: string, node: string) => linksOf(inputs, node).filter((link) => link.endsWith(".1"));
    expect(channels("float[1,8,5] x, float[8,1,3] w", "y = Conv <group = 8> (x, w)")).toEqual([
      "0.1 keeps →0.1",
      "1.0 keeps →0.1",
    ]);
    expect(linksOf("float[1,8,5] x, float[16,1,3] w", "y = Conv <group = 8> (x, w)")[1]).toBe(
      "0.1 keeps →0.1 by kind:repeat,times:2",
    );
    expect(channels("float[1,8,5] x, float[6,4,3] w", "y = Conv <group = 2> (x, w)")).toEqual([
      "0.1 opaque →0.1",
      "1.1 opaque →0.1",
      "1.0 keeps →0.1",
    ]);
  });
});

describe("members of the family", () => {
  it.each([
    [
      "float[1,3,8,8] x, float[4,3,3,3] w, float[4] b, float[1,4,6,6] z",
      'y = com.microsoft.FusedConv <activation = "Relu"> (x, w, b, z)',
      "float[1,4,6,6]",
    ],
    ["float[1,8,9,3] x, float[4,3,3,3] w", "y = com.microsoft.NhwcConv (x, w)", "float[1,6,7,4]"],
    [
      "float[1,16,8,8] x, float[16,16,3,3] w",
      "y = com.microsoft.nchwc.Conv <pads = [1, 1, 1, 1]> (x, w)",
      "float[1,16,8,8]",
    ],
    ["uint8[1,3,8,8] x, int8[4,3,3,3] w", "y = ConvInteger (x, w)", "int32[1,4,6,6]"],
    [
      "uint8[1,3,8,8] x, float s, uint8 z, int8[4,3,3,3] w, float[4] t, int8[4] v, float u, int8 q",
      "y = QLinearConv (x, s, z, w, t, v, u, q)",
      "int8[1,4,6,6]",
    ],
    [
      "uint8[1,8,9,3] x, float s, uint8 z, int8[4,3,3,3] w, float[4] t, int8[4] v, float u, uint8 q",
      "y = com.microsoft.QLinearConv <channels_last = 1> (x, s, z, w, t, v, u, q)",
      "uint8[1,6,7,4]",
    ],
    ["float[1,2,5,5] x, float[4,2,3,3] w, float[1,18,3,3] o", "y = DeformConv (x, w, o)", "float[1,4,3,3]"],
    ["float[1,4,9] x, float[4,1,3] w", "y, s = CausalConvWithState (x, w)", "float[1,4,9], float[1,4,2]"],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node, 27)).toBe(expected);
  });

  it("per-channel scales follow the output channels, also with channels last", () => {
    const inputs =
      "uint8[1,8,9,3] x, float s, uint8 z, int8[4,3,3,3] w, float[4] t, int8 v, float u, uint8 q, int32[4] b";
    const node = "y = com.microsoft.QLinearConv <channels_last = 1> (x, s, z, w, t, v, u, q, b)";
    expect(linksOf(inputs, node)).toEqual([
      "0.0 keeps →0.0",
      "0.3 mixes 3.1",
      "3.0 keeps →0.3",
      "4.0 keeps →0.3",
      "8.0 keeps →0.3",
      "0.1 opaque →0.1",
      "0.2 opaque →0.2",
    ]);
  });
});
