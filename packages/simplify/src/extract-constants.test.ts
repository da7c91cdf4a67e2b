import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("makes initializers of Constant nodes in graphs and branches, under their names", async () => {
  const { nodes, constants, model } = await rewritten(
    `g (float[N] x, bool c) => (y) {
      k = Constant <value = float {2}> () i = Constant <value_ints = [1, 2]> () f = Constant <value_float = 0.5> ()
      s = ReduceSum (i) h = Mul (x, f)
      y = If <then_branch = graph t () => (a) { one = Constant <value = float {1}> () a = Add (h, one) }, else_branch = graph e () => (b) { b = Mul (x, k) }> (c)
    }`,
    "extract-constants",
  );
  expect(nodes.slice(0, 2)).toEqual(["s = ReduceSum (i)", "h = Mul (x, f)"]);
  expect(constants).toEqual({ k: "float32[]", i: "int64[2]", f: "float32[]" });
  expect(model.graph.nodeCount).toBe(3);
});

it("keeps one that gives an output, and those in functions, which have no initializers", async () => {
  const output = "g (float[N] x) => (y, k) { k = Constant <value = float {2}> () y = Mul (x, k) }";
  expect((await rewritten(output, "extract-constants")).nodes).toHaveLength(2);
  const { model } = await rewritten(
    `<ir_version: 9, opset_import: ["" : 18, "f" : 1]> g (float[N] x) => (y) { y = f.half (x) }
     <domain: "f", opset_import: ["" : 18]> half (v) => (r) { k = Constant <value = float {2}> () r = Div (v, k) }`,
    "extract-constants",
  );
  expect(model.functions[0]!.body.nodeCount).toBe(2);
});
