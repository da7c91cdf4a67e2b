import { floatAttr } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const clip9 = (bounds: string, before: string) =>
  `<ir_version: 4, opset_import: ["" : 9]> g (float[N] x) => (y) { a = ${before} (x) y = Clip <${bounds}> (a) }`;

describe("merge-clips", () => {
  it.each([
    ["Relu", "min = -1.0, max = 6.0", 0, 6],
    ["Clip <min = -3.0, max = 3.0>", "min = -1.0, max = 6.0", -1, 3],
    ["Clip <min = 5.0, max = 7.0>", "min = -1.0, max = 2.0", 2, 2],
    ["Clip <min = -7.0, max = -5.0>", "min = -1.0, max = 2.0", -1, -1],
  ])("%s, then Clip <%s>: from %d to %d", async (before, bounds, low, high) => {
    const { model } = await rewritten(clip9(bounds, before), "merge-clips");
    const [node, ...others] = model.graph.nodes;
    expect(others).toEqual([]);
    expect([floatAttr(node!, "min"), floatAttr(node!, "max")]).toEqual([low, high]);
  });

  it("is a Relu where only the lower bound 0 is left", async () => {
    const { nodes } = await rewritten(
      "g (float[N] x) => (y) <float low = {-2}> { a = Clip (x, low) y = Relu (a) }",
      "merge-clips",
    );
    expect(nodes).toEqual(["y = Relu (x)"]);
  });

  it("writes bounds as inputs from opset 11 on", async () => {
    const { nodes } = await rewritten(
      "g (float[N] x) => (y) <float zero = {0}, float six = {6}> { a = Relu (x) y = Clip (a, zero, six) }",
      "merge-clips",
    );
    expect(nodes).toEqual(["y = Clip (x, y_min, y_max)"]);
  });

  it("leaves bounds that are computed", async () => {
    const text = "g (float[N] x, float m) => (y) { a = Relu (x) y = Clip (a, m) }";
    expect((await rewritten(text, "merge-clips")).nodes).toHaveLength(2);
  });
});
