import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("chooses the other way round instead of negating", async () => {
  const { nodes } = await rewritten(
    "g (bool[N] c, float[N] a, float[N] b) => (y) { n = Not (c) y = Where (n, a, b) }",
    "merge-logic",
  );
  expect(nodes).toEqual(["y = Where (c, b, a)"]);
});

it("gives the branch that a known condition chooses, where it has the result's shape", async () => {
  const text = (yes: string) =>
    `g (float[N,3] a, float[1,3] b) => (y) <bool[3] c = {1, 1, 1}> { w = Where (c, ${yes}) y = Neg (w) }`;
  expect((await rewritten(text("a, b"), "merge-logic")).nodes).toEqual(["y = Neg (a)"]);
  expect((await rewritten(text("b, a"), "merge-logic")).nodes, "b has to be stretched").toHaveLength(2);
});
