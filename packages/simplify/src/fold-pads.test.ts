import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const padded = (node: string, pads = "0, 0, 1, 2, 0, 0, 3, 4", before = "x", more = "") =>
  `g (float[N,2,8,8] x) => (y) <int64[8] p = {${pads}}, float[3,2,5,5] w = random(1)${more}> { r = Relu (x) a = Pad (${before}, p) y = ${node} }`;

describe("fold-pads", () => {
  it("adds to the padding of a Conv", async () => {
    const { nodes } = await rewritten(padded("Conv <pads = [1, 1, 1, 1]> (a, w)"), "drop-dead", "fold-pads");
    expect(nodes).toEqual(["y = Conv <pads = [2, 3, 4, 5]> (x, w)"]);
  });

  it("lets an AveragePool count what it pads", async () => {
    const { nodes } = await rewritten(padded("AveragePool <kernel_shape = [5, 5]> (a)"), "drop-dead", "fold-pads");
    expect(nodes).toEqual(["y = AveragePool <kernel_shape = [5, 5], pads = [1, 2, 3, 4], count_include_pad = 1> (x)"]);
  });

  it("takes zeros into a MaxPool only where nothing is negative", async () => {
    const pool = "MaxPool <kernel_shape = [5, 5]> (a)";
    expect((await rewritten(padded(pool), "drop-dead", "fold-pads")).nodes).toHaveLength(2);
    const { nodes } = await rewritten(padded(pool, undefined, "r"), "fold-pads");
    expect(nodes.at(-1)).toBe("y = MaxPool <kernel_shape = [5, 5], pads = [1, 2, 3, 4]> (r)");
  });

  it.each([
    ["channels are padded", "Conv (a, w)", "0, 1, 0, 0, 0, 0, 0, 0", ""],
    ["it crops", "Conv (a, w)", "0, 0, -1, 0, 0, 0, 0, 0", ""],
    [
      "the pool would pad more than its window",
      "AveragePool <kernel_shape = [2, 2]> (a)",
      "0, 0, 3, 0, 0, 0, 0, 0",
      "",
    ],
    ["the padding is automatic", 'Conv <auto_pad = "SAME_UPPER"> (a, w)', "0, 0, 1, 1, 0, 0, 1, 1", ""],
  ])("leaves it where %s", async (_, node, pads) => {
    expect((await rewritten(padded(node, pads), "drop-dead", "fold-pads")).nodes).toHaveLength(2);
  });

  it("leaves values that are not zero", async () => {
    const text = `g (float[N,2,8,8] x) => (y) <int64[8] p = {0, 0, 1, 1, 0, 0, 1, 1}, float one = {1}, float[3,2,3,3] w = random(1)> {
      a = Pad (x, p, one) y = Conv (a, w)
    }`;
    expect((await rewritten(text, "fold-pads")).nodes).toHaveLength(2);
  });
});
