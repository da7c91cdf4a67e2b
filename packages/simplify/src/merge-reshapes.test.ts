import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

describe("merge-reshapes", () => {
  it("removes a chain that ends in the shape it began with", async () => {
    const { nodes } = await rewritten(
      `g (float[N,1,4] x) => (y) <int64[1] one = {1}, int64[1] zero = {0}> {
        a = Squeeze (x, one) b = Unsqueeze (a, zero) c = Transpose <perm = [1,0,2]> (b) y = Relu (c)
      }`,
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Relu (x)"]);
  });

  it("merges two reshapes into one that needs no more constant bytes", async () => {
    const { nodes, constants } = await rewritten(
      `g (float[2,3,4] x) => (y) <int64[2] s = {6, 4}, int64[3] t = {2, 2, 6}> { a = Reshape (x, s) y = Reshape (a, t) }`,
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Reshape (x, y_shape)"]);
    expect(constants).toEqual({ y_shape: "int64[3]" });
  });

  it("prefers Flatten, which needs no constant", async () => {
    const { nodes } = await rewritten(
      `g (float[N,3,4] x) => (y) <int64[1] i = {1}, int64[2] s = {-1, 12}> { a = Unsqueeze (x, i) y = Reshape (a, s) }`,
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Flatten <axis = 1> (x)"]);
  });

  it("takes Squeeze with an attribute before opset 13", async () => {
    const { nodes } = await rewritten(
      `<ir_version: 6, opset_import: ["" : 11]>
       g (float[1,1,128,1] x) => (y) { a = Squeeze <axes = [1,3]> (x) y = Unsqueeze <axes = [0]> (a) }`,
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Squeeze <axes = [3]> (x)"]);
  });

  const computed = (shape: string, target: string, constants = "") => `
    g (float[${shape}] x) => (y) <int64 i0 = {0}, int64 i1 = {1}, int64[1] ax = {0}${constants}> {
      s = Shape (x) b = Gather (s, i0) bu = Unsqueeze (b, ax) q = Gather (s, i1) qu = Unsqueeze (q, ax)
      t = Concat <axis = 0> (${target}) y = Reshape (x, t)
    }`;

  it("gives a computed target with one free size −1", async () => {
    const { nodes, model } = await rewritten(
      computed("batch,8,6", "bu, h, d", ", int64[1] h = {2}, int64[1] d = {24}"),
      "drop-dead",
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Reshape (x, y_shape)"]);
    expect(model.graph.value("y_shape")?.origin).toMatchObject({ tensor: { shape: [3] } });
  });

  it("copies a size that stays where it is: 0, beside one −1", async () => {
    const { nodes } = await rewritten(
      computed("batch,seq,6", "bu, qu, h, d", ", int64[1] h = {2}, int64[1] d = {3}"),
      "merge-reshapes",
    );
    expect(nodes).toEqual(["y = Reshape (x, y_shape)"]);
  });

  it("leaves a target of two sizes that move", async () => {
    const { nodes } = await rewritten(computed("batch,seq,6", "qu, bu, d", ", int64[1] d = {6}"), "merge-reshapes");
    expect(nodes.at(-1)).toBe("y = Reshape (x, t)");
  });

  it("leaves a target whose constant would take more bytes than it frees", async () => {
    const { nodes, notes } = await rewritten(
      "g (float[N,4] x, float[N,2,2] z) => (y) { s = Shape (z) y = Reshape (x, s) }",
      "merge-reshapes",
    );
    expect(nodes).toHaveLength(2);
    expect(notes).toEqual(["left: left a Reshape: its constant would add parameter bytes"]);
  });
});
