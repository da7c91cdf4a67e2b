import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

describe("inline-branches", () => {
  const branch = (condition: string) =>
    `g (float[N] x, float[N] z, bool given) => (y, w) <bool yes = {1}, bool no = {0}, float two = {2}> {
      h = Exp (x)
      y, w = If <
        then_branch = graph t () => (a, b) { k = Constant <value = float {3}> () m = Mul (h, two) a = Add (m, k) b = Identity (z) },
        else_branch = graph e () => (c, d) { c = Neg (x) d = Neg (z) }> (${condition})
    }`;

  it("takes the branch of a known condition", async () => {
    const taken = await rewritten(branch("yes"), "inline-branches", "extract-constants", "drop-identities");
    expect(taken.nodes).toEqual(["h = Exp (x)", "m = Mul (h, two)", "y = Add (m, k)", "w = Identity (z)"]);
    const other = await rewritten(branch("no"), "drop-dead", "inline-branches", "drop-identities", "drop-dead");
    expect(other.nodes).toEqual(["y = Neg (x)", "w = Neg (z)"]);
  });

  it("leaves a condition that is computed", async () => {
    expect((await rewritten(branch("given"), "inline-branches")).model.graph.nodeCount).toBe(2);
  });

  const loop = (trips: string, scans = "") =>
    `g (float[2] x) => (y${scans && ", s"}) <int64 n = {${trips}}, bool go = {1}> {
      y${scans && ", s"} = Loop <body = graph b (int64 i, bool c, float[2] v) => (bool c_out, float[2] v_out${scans}) {
        c_out = Identity (c) f = Cast <to = 1> (i) u = Add (v, f) v_out = Exp (u) ${scans && "k = Neg (v)"} }> (n, go, x)
    }`;

  it("replaces a Loop that runs once by its body", async () => {
    const { nodes } = await rewritten(loop("1"), "inline-branches", "drop-identities", "drop-dead");
    expect(nodes).toEqual(["f = Cast <to = 1> (y_iteration)", "u = Add (x, f)", "y = Exp (u)"]);
  });

  it("removes one that never runs", async () => {
    expect((await rewritten(loop("0"), "inline-branches")).nodes).toEqual(["y = Identity (x)"]);
  });

  it("leaves one that runs twice, and one that collects outputs", async () => {
    expect((await rewritten(loop("2"), "inline-branches")).model.graph.nodeCount).toBe(1);
    expect((await rewritten(loop("1", ", k"), "inline-branches")).model.graph.nodeCount).toBe(1);
  });
});
