import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("takes over the inputs of a Concat on the same axis", async () => {
  const { nodes } = await rewritten(
    "g (float[N,2] a, float[N,3] b, float[N,1] c) => (y) { u = Concat <axis = 1> (a, b) y = Concat <axis = -1> (c, u) }",
    "merge-concats",
  );
  expect(nodes).toEqual(["y = Concat <axis = -1> (c, a, b)"]);
});

it("leaves a Concat of another axis, and one that others read", async () => {
  const axis = "g (float[2,2] a, float[2,4] b) => (y) { u = Concat <axis = 1> (a, a) y = Concat <axis = 0> (u, b) }";
  expect((await rewritten(axis, "merge-concats")).nodes).toHaveLength(2);
  const read = "g (float[2,2] a) => (y, z) { u = Concat <axis = 0> (a, a) y = Concat <axis = 0> (u, a) z = Neg (u) }";
  expect((await rewritten(read, "merge-concats")).nodes).toHaveLength(3);
});

it("drops empty inputs", async () => {
  const { nodes } = await rewritten(
    "g (float[N,2] a, float[N,3] b) => (y) <float[1,0] e = {}> { y = Concat <axis = 1> (a, e, b) }",
    "merge-concats",
  );
  expect(nodes).toEqual(["y = Concat <axis = 1> (a, b)"]);
});

it("removes a Concat that undoes a Split, but not one in another order", async () => {
  const split = (order: string) =>
    `g (float[N,4] x) => (y) <int64[2] s = {2, 2}> { a, b = Split <axis = 1> (x, s) c = Concat <axis = 1> (${order}) y = Neg (c) }`;
  expect((await rewritten(split("a, b"), "merge-concats")).nodes).toEqual(["y = Neg (x)"]);
  expect((await rewritten(split("b, a"), "merge-concats")).nodes).toHaveLength(3);
});
