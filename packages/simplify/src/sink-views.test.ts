import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("removes reshapes around functions of single elements", async () => {
  const { nodes } = await rewritten(
    `g (float[N,3,4] x) => (y) <int64[2] flat = {-1, 12}, int64[3] back = {-1, 3, 4}, float half = {0.5}> {
      a = Reshape (x, flat) b = Relu (a) c = Mul (half, b) d = Reshape (c, back) y = Neg (d)
    }`,
    "sink-views",
    "drop-identities",
  );
  expect(nodes).toEqual(["b_unviewed = Relu (x)", "c_unviewed = Mul (half, b_unviewed)", "y = Neg (c_unviewed)"]);
});

it("merges transposes around them", async () => {
  const { nodes } = await rewritten(
    "g (float[2,3,4] x) => (y) { a = Transpose <perm = [2,0,1]> (x) b = Exp (a) y = Transpose <perm = [1,0,2]> (b) }",
    "sink-views",
  );
  expect(nodes).toEqual(["b_unviewed = Exp (x)", "y = Transpose <perm = [0, 2, 1]> (b_unviewed)"]);
});

it("leaves functions that look at an axis, constants with axes, and values that others read", async () => {
  const around = (node: string, outputs = "(y)", more = "") =>
    `g (float[2,3,4] x) => ${outputs} <float[4] w = random(1)> {
      a = Transpose <perm = [0,2,1]> (x) b = ${node} y = Transpose <perm = [0,2,1]> (b) ${more}
    }`;
  expect((await rewritten(around("Softmax (a)"), "sink-views")).nodes).toHaveLength(3);
  expect((await rewritten(around("Add (a, a)"), "sink-views")).nodes).toHaveLength(3);
  expect((await rewritten(around("Relu (a)", "(y, z)", "z = Neg (b)"), "sink-views")).nodes).toHaveLength(4);
});
