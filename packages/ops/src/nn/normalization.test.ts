import { describe, expect, it } from "vitest";
import { linksOf, typesOf } from "../../test/one-node.ts";

const params = "float[4] s, float[4] b, float[4] m, float[4] v";

describe("normalizations", () => {
  it.each([
    [`float[N,4,h,w] x, ${params}`, "y = BatchNormalization (x, s, b, m, v)", 15, "float[N,4,h,w]"],
    [
      `float[2,4,3] x, ${params}`,
      "y, rm, rv = BatchNormalization <training_mode = 1> (x, s, b, m, v)",
      15,
      "float[2,4,3], float[4], float[4]",
    ],
    [
      `float[2,4,3] x, ${params}`,
      "y, a, c, d, e = BatchNormalization (x, s, b, m, v)",
      9,
      "float[2,4,3], float[4], float[4], float[4], float[4]",
    ],
    [
      "float16[2,4,3] x, float16[4] s, float16[4] b, float[4] m, float[4] v",
      "y, rm, rv = BatchNormalization <training_mode = 1> (x, s, b, m, v)",
      15,
      "float16[2,4,3], float[4], float[4]",
    ],
    [
      "float[2,4,3] x, float[4,3] s, float[4,3] b, float[4,3] m, float[4,3] v",
      "y, a, c = BatchNormalization <spatial = 0> (x, s, b, m, v)",
      7,
      "float[2,4,3], float[4,3], float[4,3]",
    ],
    ["float[2,4,3] x, float[4] s, float[4] b", "y = InstanceNormalization (x, s, b)", 21, "float[2,4,3]"],
    ["float[2,4,3] x, float[2] s, float[2] b", "y = GroupNormalization <num_groups = 2> (x, s, b)", 18, "float[2,4,3]"],
    [
      "float16[2,5,8] x, float16[8] s",
      "y, m, d = LayerNormalization (x, s)",
      17,
      "float16[2,5,8], float[2,5,1], float[2,5,1]",
    ],
    ["float[2,T,8] x, float[8] s", "y, m = LayerNormalization <axis = 1> (x, s)", 17, "float[2,T,8], float[2,1,1]"],
    ["float16[2,5,8] x, float[8] s", "y = RMSNormalization (x, s)", 23, "float[2,5,8]"],
    ["float[2,5,8] x, float[8] s", "y, d = SimplifiedLayerNormalization (x, s)", 21, "float[2,5,8], float[2,5,1]"],
    ["float[2,4,3] x", "y = LRN <size = 3> (x)", 21, "float[2,4,3]"],
  ])("%s | %s", (inputs, node, opset, expected) => {
    expect(typesOf(inputs, node, opset)).toBe(expected);
  });

  it("batch normalization: every parameter goes along the channels", () => {
    expect(linksOf(`float[2,4,3] x, ${params}`, "y = BatchNormalization (x, s, b, m, v)", 15)).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
      "0.2 keeps →0.2",
      "1.0 keeps →0.1",
      "2.0 keeps →0.1",
      "3.0 keeps →0.1",
      "4.0 keeps →0.1",
    ]);
  });

  it("layer normalization: scale and bias go along the last axes", () => {
    expect(linksOf("float[2,5,8] x, float[5,8] s, float[8] b", "y = LayerNormalization <axis = 1> (x, s, b)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
      "0.2 keeps →0.2",
      "1.0 keeps →0.1",
      "1.1 keeps →0.2",
      "2.0 keeps →0.2",
    ]);
  });

  it("group normalization: channels of a group hang together", () => {
    expect(
      linksOf("float[2,4,3] x, float[4] s, float[4] b", "y = GroupNormalization <num_groups = 2> (x, s, b)"),
    ).toEqual(["0.0 keeps →0.0", "0.1 opaque →0.1", "0.2 keeps →0.2", "1.0 opaque →0.1", "2.0 opaque →0.1"]);
  });
});
