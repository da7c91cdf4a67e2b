import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("gathers a list instead of one index and an axis", async () => {
  const { nodes } = await rewritten(
    "g (float[N,S] x) => (y) <int64 i = {1}, int64[1] ax = {0}> { s = Shape (x) n = Gather (s, i) u = Unsqueeze (n, ax) y = Neg (u) }",
    "merge-gathers",
  );
  // From opset 15 on, the Shape gives the one size itself.
  expect(nodes).toEqual(["u = Shape <start = 1, end = 2> (x)", "y = Neg (u)"]);
});

const sizes = (opset: number, order: string) =>
  `<ir_version: 8, opset_import: ["" : ${opset}]>
   g (float[N,S,4] x) => (y) <int64[1] i0 = {0}, int64[1] i1 = {1}, int64[1] d = {8}> {
     s = Shape (x) a = Gather (s, i0) b = Gather (s, i1) y = Concat <axis = 0> (${order})
   }`;

it("gathers neighbours at once", async () => {
  expect((await rewritten(sizes(13, "a, b, d"), "merge-gathers")).nodes).toEqual([
    "s = Shape (x)",
    "[y_part] y_part = Gather (s, y_indices)",
    "y = Concat <axis = 0> (y_part, d)",
  ]);
});

it("leaves parts that are apart", async () => {
  expect((await rewritten(sizes(13, "a, d, b"), "merge-gathers")).nodes).toHaveLength(4);
});

it("is the vector itself where all of it is gathered in order", async () => {
  const { nodes } = await rewritten(
    `<ir_version: 8, opset_import: ["" : 13]>
     g (float[N,S] x) => (y) <int64[1] i0 = {0}, int64[1] i1 = {1}, int64[1] d = {8}> {
       s = Shape (x) a = Gather (s, i0) b = Gather (s, i1) y = Concat <axis = 0> (a, b, d)
     }`,
    "merge-gathers",
  );
  expect(nodes).toEqual(["s = Shape (x)", "y = Concat <axis = 0> (s, d)"]);
});
