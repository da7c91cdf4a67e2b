import { expect, it } from "vitest";
import { typesOf } from "../../test/one-node.ts";

it.each([
  ["float[N,L,1] x", "y = DFT (x)", 17, "float[N,L,2]"],
  ["float[N,10,1] x", "y = DFT <onesided = 1> (x)", 17, "float[N,6,2]"],
  ["float[N,10,3,1] x", "y = DFT (x)", 20, "float[N,10,3,2]"],
  ["float[N,6,2] x, int64 a = {1}", "y = DFT <onesided = 1, inverse = 1> (x, , a)", 20, "float[N,10,1]"],
  ["float[N,6,2] x, int64 a", "y = DFT (x, , a)", 20, "float[?,?,2]"],
  ["float[N,100,1] x, int64 s = {8}, float[16] w", "y = STFT (x, s, w)", 17, "float[N,11,9,2]"],
  [
    "float[N,L,1] x, int64 s = {8}, int64 l = {16}",
    "y = STFT <onesided = 0> (x, s, , l)",
    17,
    "float[N,floor(L/8) - 1,16,2]",
  ],
  ["int64 n = {10}", "y = HannWindow <output_datatype = 10> (n)", 17, "float16[10]"],
  ["int64 n", "y = BlackmanWindow (n)", 17, "float[?]"],
  [
    "int64 b = {8}, int64 n = {64}, int64 r, float l, float u",
    "y = MelWeightMatrix (b, n, r, l, u)",
    17,
    "float[33,8]",
  ],
])("%s | %s", (inputs, node, opset, expected) => {
  expect(typesOf(inputs, node, opset)).toBe(expected);
});
