import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

describe("merge-reductions", () => {
  it.each([
    ["ReduceMean <axes = [2, 3]>", "Flatten (a)", "y = ReduceMean <axes = [2, 3], keepdims = 0> (x)"],
    ["ReduceMax <axes = [3], keepdims = 0>", "Unsqueeze (a, three)", "y = ReduceMax <axes = [3], keepdims = 1> (x)"],
    ["ArgMax <axis = 1>", "Squeeze (a, one)", "y = ArgMax <axis = 1, keepdims = 0> (x)"],
  ])("%s takes %s", async (reduction, reshape, merged) => {
    const { nodes } = await rewritten(
      `g (float[N,3,8,8] x) => (y) <int64[1] one = {1}, int64[1] three = {3}> { a = ${reduction} (x) y = ${reshape} }`,
      "merge-reductions",
    );
    expect(nodes).toEqual([merged]);
  });

  it("leaves a reshape to another shape", async () => {
    const { nodes } = await rewritten(
      "g (float[N,3,8] x) => (y) <int64[1] zero = {0}> { a = ReduceMax <axes = [1], keepdims = 0> (x) y = Unsqueeze (a, zero) }",
      "merge-reductions",
    );
    expect(nodes).toHaveLength(2);
  });
});

describe("merge-reduction-pairs", () => {
  it("reduces over the axes of both", async () => {
    const { nodes } = await rewritten(
      "g (float[N,3,8,8] x) => (y) { a = ReduceMean <axes = [3]> (x) y = ReduceMean <axes = [-2]> (a) }",
      "merge-reduction-pairs",
    );
    expect(nodes).toEqual(["y = ReduceMean <axes = [2, 3]> (x)"]);
  });

  it("leaves two of different kinds", async () => {
    const { nodes } = await rewritten(
      "g (float[N,3,8,8] x) => (y) { a = ReduceMean <axes = [3]> (x) y = ReduceSum <axes = [2]> (a) }",
      "merge-reduction-pairs",
    );
    expect(nodes).toHaveLength(2);
  });
});
