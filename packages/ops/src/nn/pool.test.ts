import { describe, expect, it } from "vitest";
import { linksOf, oneNode, theNode, typesOf } from "../../test/one-node.ts";
import { isDiscontinuous } from "../catalog.ts";

describe("pooling", () => {
  it.each([
    ["float[1,3,8,8] x", "y = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (x)", "float[1,3,4,4]"],
    ["float[1,3,8,8] x", "y, i = MaxPool <kernel_shape = [3, 3]> (x)", "float[1,3,6,6], int64[1,3,6,6]"],
    ["float[1,3,9,9] x", "y = MaxPool <kernel_shape = [2, 2], strides = [2, 2], ceil_mode = 1> (x)", "float[1,3,5,5]"],
    ["float[N,3,h,8] x", "y = AveragePool <kernel_shape = [2, 2], strides = [2, 2]> (x)", "float[N,3,floor(h/2),4]"],
    ["float[1,3,9] x", "y = LpPool <kernel_shape = [3], dilations = [2]> (x)", "float[1,3,5]"],
    ["float[N,3,h,w] x", "y = GlobalAveragePool (x)", "float[N,3,1,1]"],
    ["float16[2,3,4,5,6] x", "y = GlobalMaxPool (x)", "float16[2,3,1,1,1]"],
    [
      "float[1,1,2,3] x, int64[1,1,2,3] i",
      "y = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (x, i)",
      "float[1,1,4,6]",
    ],
    [
      "float[1,1,2,3] x, int64[1,1,2,3] i, int64[4] s",
      "y = MaxUnpool <kernel_shape = [2, 2]> (x, i, s)",
      "float[?,?,?,?]",
    ],
    ["float[2,3,9,9] x, float[R,5] r", "y = MaxRoiPool <pooled_shape = [2, 3]> (x, r)", "float[R,3,2,3]"],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node, 22)).toBe(expected);
  });

  it("keeps channels, and sums over the plane when global", () => {
    expect(linksOf("float[1,3,8,8] x", "y = GlobalAveragePool (x)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
      "0.2 mixes →0.2",
      "0.3 mixes →0.3",
    ]);
    expect(linksOf("float[1,3,8] x", "y = MaxPool <kernel_shape = [2]> (x)")[1]).toBe("0.1 keeps →0.1");
  });

  it("indices of maxima are discontinuous, maxima are not", () => {
    const isStep = (node: string) => isDiscontinuous(theNode(oneNode("float[1,3,8] x", node)));
    expect(isStep("y = MaxPool <kernel_shape = [2]> (x)")).toBe(false);
    expect(isStep("y, i = MaxPool <kernel_shape = [2]> (x)")).toBe(true);
  });
});
