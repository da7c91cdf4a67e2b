import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const parts = (opset: number, square: string, gamma = "4", more = "") =>
  `<ir_version: 8, opset_import: ["" : ${opset}]>
   g (float[N,3,4] x) => (y) <float two = {2}, float eps = {0.001}, float[${gamma}] g = random(1), float[4] b = random(2)> {
     m = ReduceMean <axes = [-1]> (x) d = Sub (x, m) p = ${square} v = ReduceMean <axes = [-1]> (p) e = Add (v, eps) s = Sqrt (e)
     n = Div (d, s) h = Mul (n, g) y = Add (h, b) ${more}
   }`;

it.each(["Pow (d, two)", "Mul (d, d)"])("fuses with the square by %s", async (square) => {
  expect((await rewritten(parts(17, square), "fuse-normalization")).nodes).toEqual([
    "y = LayerNormalization <axis = 2, epsilon = 0.001> (x, g, b)",
  ]);
});

it.each([
  ["the operator set has no LayerNormalization", 16, "Pow (d, two)", "4"],
  ["it is no square", 17, "Mul (d, x)", "4"],
  ["the scale is over other axes", 17, "Pow (d, two)", "3,1"],
] as const)("leaves the parts where %s", async (_, opset, square, gamma) => {
  expect((await rewritten(parts(opset, square, gamma), "fuse-normalization")).nodes).toHaveLength(9);
});
