import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("leaves a node whose attributes break its operator's rules", async () => {
  const { nodes, notes } = await rewritten(
    "g (float[2,3] x) => (y) { a = Transpose <perm = 1> (x) b = Identity (a) y = Neg (b) }",
    "merge-transposes",
    "drop-identities",
  );
  expect(nodes).toEqual(["a = Transpose <perm = 1> (x)", "y = Neg (a)"]);
  expect(notes[0]).toBe(
    'left: left a node whose attributes break its operator\'s rules: attribute perm of Transpose "a"',
  );
});
