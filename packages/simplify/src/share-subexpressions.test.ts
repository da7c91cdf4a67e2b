import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

describe("share-subexpressions", () => {
  it("computes once, whichever way round the operands of a sum stand", async () => {
    const { nodes } = await rewritten(
      "g (float[N] x, float[N] z) => (y) { a = Add (x, z) b = Add (z, x) c = Exp (a) d = Exp (b) y = Sub (c, d) }",
      "share-subexpressions",
    );
    expect(nodes).toEqual(["a = Add (x, z)", "c = Exp (a)", "y = Sub (c, c)"]);
  });

  it("keeps nodes with other attributes, other operand order, random numbers", async () => {
    const { nodes } = await rewritten(
      `g (float[2,2] x, float[2,2] z) => (y) {
        a = Softmax <axis = 0> (x) b = Softmax <axis = 1> (x) c = Sub (x, z) d = Sub (z, x)
        e = RandomNormalLike (x) f = RandomNormalLike (x) y = Sum (a, b, c, d, e, f)
      }`,
      "share-subexpressions",
    );
    expect(nodes).toHaveLength(7);
  });

  it("shares sizes that are the same whatever they are read from", async () => {
    const { nodes } = await rewritten(
      `g (float[N,S] x) => (y) <int64 i = {0}> {
        a = Shape (x) b = Gather (a, i) r = Relu (x) c = Shape (r) d = Gather (c, i) y = Sub (b, d)
      }`,
      "share-subexpressions",
      "drop-dead",
    );
    expect(nodes).toEqual(["a = Shape (x)", "b = Gather (a, i)", "y = Sub (b, b)"]);
  });

  it("lets a branch read what was computed before it, but not the other branch", async () => {
    const { model } = await rewritten(
      `g (float[N] x, bool c) => (y, z) {
        z = Exp (x)
        y = If <then_branch = graph t () => (a) { u = Exp (x) v = Abs (x) a = Add (u, v) }, else_branch = graph e () => (b) { w = Abs (x) b = Neg (w) }> (c)
      }`,
      "share-subexpressions",
    );
    const [, branch] = model.graph.nodes;
    const inner = [...branch!.attrs.values()].flatMap((attr) => (attr.kind === "graph" ? [attr.graph.nodeCount] : []));
    expect(inner).toEqual([2, 2]);
  });

  it("keeps two outputs of the graph", async () => {
    const { nodes } = await rewritten("g (float[N] x) => (y, z) { y = Exp (x) z = Exp (x) }", "share-subexpressions");
    expect(nodes).toHaveLength(2);
  });
});
