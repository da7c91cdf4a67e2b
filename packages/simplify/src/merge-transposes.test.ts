import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

describe("merge-transposes", () => {
  it("removes a pair that undoes itself", async () => {
    const { nodes } = await rewritten(
      "g (float[N,3,4] x) => (y) { a = Transpose <perm = [0,2,1]> (x) b = Transpose <perm = [0,2,1]> (a) y = Relu (b) }",
      "merge-transposes",
    );
    expect(nodes).toEqual(["y = Relu (x)"]);
  });

  it("composes permutations: axis i of the result is axis first[second[i]] of the source", async () => {
    const { nodes } = await rewritten(
      "g (float[2,3,4] x) => (y) { a = Transpose <perm = [2,0,1]> (x) y = Transpose <perm = [1,0,2]> (a) }",
      "merge-transposes",
    );
    expect(nodes).toEqual(["y = Transpose <perm = [0, 2, 1]> (x)"]);
  });

  it("merges a chain of any length in one go", async () => {
    const chain = Array.from({ length: 30 }, (_, i) => `t${i + 1} = Transpose <perm = [1,2,0]> (t${i})`).join(" ");
    const { nodes } = await rewritten(`g (float[2,3,4] t0) => (y) { ${chain} y = Relu (t30) }`, "merge-transposes");
    expect(nodes).toEqual(["y = Relu (t0)"]);
  });

  it("reverses the axes where perm is left out", async () => {
    const { nodes } = await rewritten(
      "g (float[2,3] x) => (y) { a = Transpose (x) b = Transpose (a) y = Relu (b) }",
      "merge-transposes",
    );
    expect(nodes).toEqual(["y = Relu (x)"]);
  });

  it("leaves one that something else reads", async () => {
    const { nodes } = await rewritten(
      `g (float[2,3,4] x) => (y, z) {
        a = Transpose <perm = [2,0,1]> (x) y = Transpose <perm = [1,0,2]> (a) z = Relu (a)
      }`,
      "merge-transposes",
    );
    expect(nodes).toHaveLength(3);
  });

  it("gives an output that is the input again through a node", async () => {
    const { nodes } = await rewritten(
      "g (float[2,3] x) => (y) { a = Transpose (x) y = Transpose (a) }",
      "merge-transposes",
    );
    expect(nodes.at(-1)).toMatch(/^y = /);
  });
});
