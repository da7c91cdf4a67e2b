import { expect, it } from "vitest";
import { linksOf, typesOf } from "../../test/one-node.ts";

it.each([
  ["float[2,3,4] x, float[4] b", "y = com.microsoft.BiasGelu (x, b)", "float[2,3,4]"],
  ["float16[2,3,D] x, float16[D] b", "y = com.microsoft.BiasSplitGelu (x, b)", "float16[2,3,floor(D/2)]"],
  ["float[2,3,8] x, float[8] b", "y = com.microsoft.BiasSplitGelu (x, b)", "float[2,3,4]"],
  [
    "float[N,S,8] x, float[N,S,8] k, float[8] g",
    "y, , , t = com.microsoft.SkipLayerNormalization (x, k, g)",
    "float[N,S,8], float[N,S,1], float[N,S,1], float[N,S,8]",
  ],
  [
    "float[2,8,8,4] x, float[4] g, float[4] b, float[2,4] k",
    "y, t = com.microsoft.SkipGroupNorm <groups = 2, activation = 0> (x, g, b, k)",
    "float[2,8,8,4], float[2,8,8,4]",
  ],
  [
    "int32[N,S] i, float[9,8] w, float[9,8] p, float[8] g, float[8] b",
    "y, m = com.microsoft.EmbedLayerNormalization (i, , w, p, , g, b)",
    "float[N,S,8], int32[N]",
  ],
  ["float[2,10] x", "y = com.microsoft.Rfft <signal_ndim = 1> (x)", "float[2,6,2]"],
  ["float[2,6,2] x", "y = com.microsoft.Irfft <signal_ndim = 1> (x)", "float[2,10]"],
  ["float[5] x", "y, i, n = com.microsoft.Unique (x)", "float[?], int64[5], int64[?]"],
  ["float[2,3] x, int32 a = {-2}", "y = com.microsoft.ExpandDims (x, a)", "float[2,1,3]"],
  ["float[2,3] x, int32 a", "y = com.microsoft.ExpandDims (x, a)", "float[?,?,?]"],
  [
    "float[2,3,8,9] x, float[R,4] r, int32[R] i, int32[2] c = {5, 6}",
    "y = com.microsoft.CropAndResize (x, r, i, c)",
    "float[R,3,5,6]",
  ],
  ["float[1,13,8,9] x", "y = com.microsoft.nchwc.ReorderInput (x)", "float[1,?,8,9]"],
  ["float[1,32,8,9] x", "y = com.microsoft.nchwc.ReorderInput (x)", "float[1,32,8,9]"],
  [
    "float[1,16,h,w] x",
    "y = com.microsoft.nchwc.ReorderOutput <channels = 13, channels_last = 1> (x)",
    "float[1,h,w,13]",
  ],
  ["float[3,4] x, int64[4] p = {1, 0, 2, 3}", "y = com.microsoft.Pad (x, p)", "float[6,7]"],
])("%s | %s", (inputs, node, expected) => {
  expect(typesOf(inputs, node)).toBe(expected);
});

it("a bias that is added lies along the last axis", () => {
  expect(linksOf("float[2,4] x, float[4] b", "y = com.microsoft.BiasGelu (x, b)")).toEqual([
    "0.0 keeps →0.0",
    "0.1 keeps →0.1",
    "1.0 keeps →0.1",
  ]);
});

it("a sum that is given out has the axes of its parts", () => {
  const inputs = "float[2,3,4] x, float[3,4] k, float[4] g";
  expect(linksOf(inputs, "y, , , t = com.microsoft.SkipLayerNormalization (x, k, g)")).toEqual([
    "0.0 keeps →0.0",
    "0.1 keeps →0.1",
    "0.2 keeps →0.2",
    "1.0 keeps →0.1",
    "1.1 keeps →0.2",
    "2.0 keeps →0.2",
    "0.0 keeps →3.0",
    "0.1 keeps →3.1",
    "0.2 keeps →3.2",
  ]);
});
