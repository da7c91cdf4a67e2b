import { numbers } from "@pare/tensor";
import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("multiplies constants, adds constants", async () => {
  const { nodes, model } = await rewritten(
    "g (float[N,2] x) => (y) <float a = {2}, float[2] b = {3, 5}, float c = {1}, float d = {10}> { p = Mul (a, x) q = Mul (p, b) r = Add (q, c) y = Add (d, r) }",
    "merge-elementwise",
  );
  expect(nodes.map((node) => node.split(" ")[2])).toEqual(["Mul", "Add"]);
  const data = [...model.graph.values].flatMap(({ origin }) =>
    origin.kind === "constant" ? [[...numbers(origin.tensor)]] : [],
  );
  expect(data).toEqual([[6, 10], [11]]);
});

it("removes a sum with zero of either sign", async () => {
  const { nodes } = await rewritten(
    "g (float[N] x) => (y) <float a = {0}, float[1] b = {-0}> { p = Add (a, x) q = Sub (p, b) y = Neg (q) }",
    "merge-elementwise",
  );
  expect(nodes).toEqual(["y = Neg (x)"]);
});

it("keeps 0 − x", async () => {
  const text = "g (float[N] x) => (y) <float a = {0}> { y = Sub (a, x) }";
  expect((await rewritten(text, "merge-elementwise")).nodes).toHaveLength(1);
});

it("takes arithmetic on both sides into a BatchNormalization", async () => {
  const { nodes } = await rewritten(
    `g (float[N,2,3] x) => (float[N,2,3] y) <float s = {2}, float[2,1] o = {1, 2}, float[2] g = {1, 1}, float[2] b = {0, 0}, float[2] m = {0, 1}, float[2] v = {1, 1}> {
      p = Mul (x, s) n = BatchNormalization (p, g, b, m, v) y = Add (n, o)
    }`,
    "merge-elementwise",
  );
  expect(nodes).toEqual(["y = BatchNormalization (x, g, b, m, v)"]);
});

it("leaves integers, whose products may wrap", async () => {
  const text = "g (int64[N] x) => (y) <int64 a = {2}, int64 b = {3}> { p = Mul (x, a) y = Mul (p, b) }";
  expect((await rewritten(text, "merge-elementwise")).nodes).toHaveLength(2);
});
