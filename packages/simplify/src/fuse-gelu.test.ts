import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const header = (opset: number) => `<ir_version: 9, opset_import: ["" : ${opset}]>
  g (float[N] x) => (y) <float r = {1.4142135}, float q = {0.70710678}, float one = {1}, float half = {0.5},
    float c = {0.044715}, float three = {3}, float k = {0.7978846}>`;

it.each([
  ["x·(1 + erf(x/√2))·½", "{ a = Div (x, r) b = Erf (a) c1 = Add (b, one) d = Mul (x, c1) y = Mul (d, half) }", ""],
  ["½·x·(erf(x·0.707) + 1)", "{ a = Mul (x, q) b = Erf (a) c1 = Add (one, b) d = Mul (half, x) y = Mul (d, c1) }", ""],
  [
    "tanh",
    "{ p = Pow (x, three) t = Mul (c, p) u = Add (x, t) w = Mul (u, k) h = Tanh (w) o = Add (h, one) d = Mul (half, x) y = Mul (d, o) }",
    '<approximate = "tanh"> ',
  ],
])("fuses %s", async (_, body, attrs) => {
  expect((await rewritten(header(20) + body, "fuse-gelu")).nodes).toEqual([`y = Gelu ${attrs}(x)`]);
  expect((await rewritten(header(19) + body, "fuse-gelu")).nodes.length).toBeGreaterThan(1);
});

it("leaves a product with something else", async () => {
  const body = "{ a = Div (x, r) b = Erf (a) c1 = Add (b, one) z = Neg (x) d = Mul (z, c1) y = Mul (d, half) }";
  expect((await rewritten(header(20) + body, "fuse-gelu")).nodes).toHaveLength(6);
});
