import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const ends =
  "int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}, int64[1] four = {4}, int64[1] six = {6}, int64[1] last = {9223372036854775807}";

describe("merge-slices", () => {
  it("puts slices of other axes side by side", async () => {
    const { nodes } = await rewritten(
      `<ir_version: 4, opset_import: ["" : 9]>
       g (float[4,6] x) => (y) { a = Slice <axes = [0], starts = [1], ends = [4]> (x) y = Slice <axes = [1], starts = [2], ends = [6]> (a) }`,
      "merge-slices",
    );
    expect(nodes).toEqual(["y = Slice <starts = [1, 2], ends = [4, 6], axes = [0, 1]> (x)"]);
  });

  it("leaves two whose parameters together would take more bytes", async () => {
    const text = `g (float[4,6] x) => (y) <${ends}> { a = Slice (x, one, four, zero) y = Slice (a, one, two, one) }`;
    expect((await rewritten(text, "merge-slices")).nodes).toHaveLength(2);
  });

  it("composes slices of one axis: [2:] of [1:4] is [3:4]", async () => {
    const { model } = await rewritten(
      `<ir_version: 4, opset_import: ["" : 9]>
       g (float[6] x) => (y) { a = Slice <axes = [0], starts = [1], ends = [4]> (x) y = Slice <axes = [0], starts = [2], ends = [9]> (a) }`,
      "merge-slices",
    );
    const [node] = model.graph.nodes;
    expect(node!.attrs.get("starts")).toEqual({ kind: "ints", values: [3n] });
    expect(node!.attrs.get("ends")).toEqual({ kind: "ints", values: [4n] });
  });

  it("composes slices to the end of a free axis", async () => {
    const { model } = await rewritten(
      `<ir_version: 4, opset_import: ["" : 9]>
       g (float[N] x) => (y) {
         a = Slice <axes = [0], starts = [1], ends = [9223372036854775807]> (x)
         y = Slice <axes = [0], starts = [2], ends = [9223372036854775807]> (a)
       }`,
      "merge-slices",
    );
    expect([...model.graph.nodes].map((node) => node.attrs.get("starts"))).toEqual([{ kind: "ints", values: [3n] }]);
  });

  it("leaves slices of one axis that depend on a symbol, and those with steps", async () => {
    const open = `g (float[N] x) => (y) <${ends}> { a = Slice (x, one, four, zero) y = Slice (a, one, two, zero) }`;
    expect((await rewritten(open, "merge-slices")).nodes).toHaveLength(2);
    const steps = `g (float[6] x) => (y) <${ends}> { a = Slice (x, zero, six, zero, two) y = Slice (a, one, two, zero) }`;
    expect((await rewritten(steps, "merge-slices")).nodes).toHaveLength(2);
  });

  it("merges when every reader is a Slice: patches of an image", async () => {
    const { nodes } = await rewritten(
      `<ir_version: 4, opset_import: ["" : 9]>
       g (float[4,6] x) => (y, z) {
         a = Slice <axes = [0], starts = [0], ends = [2]> (x)
         y = Slice <axes = [1], starts = [0], ends = [3]> (a) z = Slice <axes = [1], starts = [3], ends = [6]> (a)
       }`,
      "merge-slices",
    );
    expect(nodes).toHaveLength(2);
  });

  it("reads the input of a Concat that it takes exactly", async () => {
    const { nodes } = await rewritten(
      `g (float[N,2] x, float[N,4] v) => (y, z) <${ends}> {
        c = Concat <axis = 1> (x, v) a = Slice (c, zero, two, one) b = Slice (c, two, last, one) y = Neg (a) z = Neg (b)
      }`,
      "merge-slices",
    );
    expect(nodes).toEqual(["y = Neg (x)", "z = Neg (v)"]);
  });

  it("leaves a Slice that cuts an input of a Concat", async () => {
    const { nodes } = await rewritten(
      `g (float[N,2] x, float[N,4] v) => (y) <${ends}> { c = Concat <axis = 1> (x, v) y = Slice (c, one, four, one) }`,
      "merge-slices",
    );
    expect(nodes).toHaveLength(2);
  });
});
