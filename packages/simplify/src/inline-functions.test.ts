import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const header = `<ir_version: 9, opset_import: ["" : 18, "f" : 1]>`;
const long = `<domain: "f", opset_import: ["" : 18]> long (v) => (r) { a = Exp (v) b = Neg (a) c = Abs (b) r = Sqrt (c) }`;

describe("inline-functions", () => {
  it("inlines a function that is called once, inside others too", async () => {
    const { nodes, model } = await rewritten(
      `${header} g (float[N] x) => (y) { y = f.outer (x) }
       <domain: "f", opset_import: ["" : 18, "f" : 1]> outer (v) => (r) { u = f.long (v) r = Tanh (u) } ${long}`,
      "inline-functions",
    );
    expect(nodes.map((node) => /= (\w+)/.exec(node)![1])).toEqual(["Exp", "Neg", "Abs", "Sqrt", "Tanh"]);
    expect(nodes.at(-1)).toMatch(/y = Tanh \(/);
    expect(model.functions).toEqual([]);
  });

  it("keeps a long function that is called twice, and inlines a short one", async () => {
    const twice = await rewritten(
      `${header} g (float[N] x) => (y) { a = f.long (x) y = f.long (a) } ${long}`,
      "inline-functions",
    );
    expect(twice.nodes).toHaveLength(2);
    const short = await rewritten(
      `${header} g (float[N] x) => (y) { a = f.half (x) y = f.half (a) }
       <domain: "f", opset_import: ["" : 18]> half (v) => (r) { k = Constant <value = float {2}> () r = Div (v, k) }`,
      "inline-functions",
      "extract-constants",
    );
    expect(short.nodes.map((node) => /= (\w+)/.exec(node)![1])).toEqual(["Div", "Div"]);
  });

  it("puts the call's attributes, or the defaults, in place of references", async () => {
    const { nodes } = await rewritten(
      `${header} g (float[N] x) => (y) { a = f.elu <gamma = 2.5> (x) y = f.elu (a) }
       <domain: "f", opset_import: ["" : 18]> elu <gamma = 1.5> (v) => (r) { r = Elu <alpha: float = @gamma> (v) }`,
      "inline-functions",
    );
    expect(nodes.map((node) => /alpha = [\d.]+/.exec(node)?.[0])).toEqual(["alpha = 2.5", "alpha = 1.5"]);
  });

  it("copies subgraphs, which see the call's inputs", async () => {
    const { model } = await rewritten(
      `${header} g (float[N] x, bool c) => (y) { y = f.choose (x, c) }
       <domain: "f", opset_import: ["" : 18]> choose (v, c) => (r) {
         h = Neg (v)
         r = If <then_branch = graph t () => (a) { a = Exp (h) }, else_branch = graph e () => (b) { b = Identity (v) }> (c)
       }`,
      "inline-functions",
    );
    expect(model.functions).toEqual([]);
    expect(model.graph.nodeCount).toBe(2);
  });

  it("leaves a function written for another version of the operators", async () => {
    const { nodes, notes } = await rewritten(
      `${header} g (float[N] x) => (y) { y = f.old (x) } <domain: "f", opset_import: ["" : 13]> old (v) => (r) { r = Neg (v) }`,
      "inline-functions",
    );
    expect(nodes).toEqual(["y = f.old (x)"]);
    expect(notes).toEqual(['left: left calls of a function that is written for another version of "onnx"']);
  });
});
