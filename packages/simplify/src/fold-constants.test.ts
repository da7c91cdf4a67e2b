import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

/** What needs no runtime: integers that inference knows. The rest is in test/slow. */
describe("fold-constants", () => {
  it("writes down shape arithmetic of fixed sizes", async () => {
    const { nodes, constants } = await rewritten(
      `g (float[2,3,4] x) => (y) <int64 i = {1}, int64[1] ax = {0}, int64[1] m = {-1}> {
        s = Shape (x) n = Gather (s, i) u = Unsqueeze (n, ax) t = Concat <axis = 0> (u, m) y = Reshape (x, t)
      }`,
      "fold-constants",
    );
    expect(nodes).toEqual(["y = Reshape (x, t)"]);
    expect(constants).toEqual({ t: "int64[2]" });
  });

  it("leaves what depends on a free size", async () => {
    const { nodes } = await rewritten(
      "g (float[N,3] x) => (y) <int64 i = {0}> { s = Shape (x) n = Gather (s, i) y = Neg (n) }",
      "fold-constants",
    );
    expect(nodes).toHaveLength(3);
  });

  it("leaves a graph output, which a constant cannot be, where nothing would be gained", async () => {
    const { nodes } = await rewritten("g (float[2,3] x) => (y) { y = Shape (x) }", "fold-constants");
    expect(nodes).toEqual(["y = Shape (x)"]);
  });

  it("leaves and reports what would take more parameter bytes", async () => {
    const { nodes, notes } = await rewritten(
      "g (float[2,3] x, float[6] z) => (y) { s = Shape (x) y = Reshape (z, s) }",
      "fold-constants",
    );
    expect(nodes).toHaveLength(2);
    expect(notes).toEqual([]);
  });

  it("works inside a branch", async () => {
    const { model } = await rewritten(
      `g (float[2,3] x, bool c) => (y) <int64[2] spare = {1, 2}> {
        y = If <then_branch = graph t () => (a) { s = Shape (x) p = Size (x) k = Mul (s, p) a = Reshape (x, s) }, else_branch = graph e () => (b) { b = Neg (x) }> (c)
      }`,
      "drop-dead",
      "fold-constants",
    );
    expect(model.graph.nodeCount).toBe(1);
  });
});
