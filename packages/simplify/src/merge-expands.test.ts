import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const added = (shape: string) =>
  `g (float[N,3] x) => (y) <float[3] w = random(1)> { s = Shape (x) e = Expand (w, s) y = Add (${shape}, e) }`;

it("leaves out an Expand where the other operand has the full shape", async () => {
  expect((await rewritten(added("x"), "merge-expands")).nodes).toEqual(["y = Add (x, w)"]);
});

it("keeps an Expand that gives the result its shape", async () => {
  expect((await rewritten(added("w"), "merge-expands")).nodes).toHaveLength(3);
});

it("expands a constant instead of adding it to zeros", async () => {
  const text = (values: string) =>
    `g (float[N,3] x) => (y) <float[3] w = {${values}}> { s = Shape (x) z = ConstantOfShape <value = float[1] {0}> (s) y = Add (z, w) }`;
  expect((await rewritten(text("1, 2, 3"), "merge-expands")).nodes).toEqual(["s = Shape (x)", "y = Expand (w, s)"]);
  expect((await rewritten(text("1, -0, 3"), "merge-expands")).nodes, "0 + (−0) is +0").toHaveLength(3);
});
