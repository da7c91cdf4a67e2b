import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("removes nodes and constants that nothing uses, and what only they used", async () => {
  const { nodes, constants } = await rewritten(
    "g (float[N] x) => (y) <float a = {1}, float b = {2}, float c = {3}> { u = Add (x, a) v = Exp (u) y = Mul (x, b) }",
    "drop-dead",
  );
  expect(nodes).toEqual(["y = Mul (x, b)"]);
  expect(Object.keys(constants)).toEqual(["b"]);
});

it("keeps inputs, which callers give", async () => {
  const { model } = await rewritten("g (float[N] x, float[N] unused) => (y) { y = Neg (x) }", "drop-dead");
  expect(model.graph.inputs.map((input) => input.name)).toEqual(["x", "unused"]);
});

it("cleans subgraphs, and outside what only dead nodes inside read", async () => {
  const { model, nodes } = await rewritten(
    `g (float[N] x, bool c) => (y) <float k = {2}> {
      outer = Mul (x, k)
      y = If <then_branch = graph t () => (a) { dead = Neg (outer) a = Abs (x) }, else_branch = graph e () => (b) { b = Exp (x) }> (c)
    }`,
    "drop-dead",
  );
  expect(nodes.filter((node) => node.includes("Mul"))).toEqual([]);
  expect(model.graph.value("k")).toBeUndefined();
});

it("drops functions that nothing calls, and outputs at the end that may be left out", async () => {
  const { model, nodes } = await rewritten(
    `<ir_version: 9, opset_import: ["" : 18, "f" : 1]>
     g (float[S,1,2] x) => (y) <float[1,4,2] w = random(1), float[1,4,1] r = random(2)> { y, h, c = LSTM <hidden_size = 1> (x, w, r) }
     <domain: "f", opset_import: ["" : 18]> one (v) => (r) { r = f.two (v) }
     <domain: "f", opset_import: ["" : 18]> two (v) => (r) { r = Neg (v) }`,
    "drop-dead",
  );
  expect(model.functions).toEqual([]);
  expect(nodes).toEqual(["y = LSTM <hidden_size = 1> (x, w, r)"]);
});
