import { parseModel } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { type EqualizeOptions, equalizeLayers } from "./equalize-layers.ts";

function equalized(text: string, options: Partial<EqualizeOptions> = {}) {
  const model = parseModel(text);
  const notes = equalizeLayers(model, {}, options);
  const constants: Record<string, readonly number[]> = {};
  for (const { name, origin } of model.graph.values)
    if (origin.kind === "constant") constants[name] = [...numbers(origin.tensor)];
  return { model, notes, constants, ops: [...model.graph.nodes].map(({ type }) => type) };
}

const conv = (weight: string, bias: string, next: string, between = "b = Relu (a)") =>
  `g (float[N,1,4,4] x) => (y) <float[2,1,1,1] w = {${weight}}, float[2] c = {${bias}}, float[1,2,1,1] v = {${next}}>
   { a = Conv (x, w, c) ${between} y = Conv (b, v) }`;

describe("equalizeLayers", () => {
  it("makes the weights on both sides of an activation equally large, channel by channel", () => {
    // Channel 0: 8 and 2, √(8/2) = 2: 4 and 4. Channel 1: 1 and 9, √(1/9) = ⅓: 3 and 3.
    const { constants, notes } = equalized(conv("8, -1", "6, 2", "2, 9"));
    expect(constants).toEqual({ w: [4, -3], c: [3, 6], v: [4, 3] });
    expect(notes).toEqual([
      { kind: "changed", text: "equalized the weights of 2 layers (factors up to 3.00)", subjects: ["a", "y"] },
    ]);
  });

  it("makes three equal where a depthwise layer is in the middle", () => {
    const { constants } = equalized(
      `g (float[N,1,4,4] x) => (y) <float[1,1,1,1] w = {16}, float[1,1,1,1] d = {2}, float[1,1,1,1] v = {2}>
       { a = Conv (x, w) b = Relu (a) e = Conv (b, d) f = Relu (e) y = Conv (f, v) }`,
    );
    // ∛(16·2·2) = 4.
    for (const name of ["w", "d", "v"]) expect(constants[name]![0]).toBeCloseTo(4, 2);
  });

  it("gives each channel a bound of its own where an activation is cut, or leaves it", () => {
    const text = conv("8, 1", "0, 0", "2, 9", "b = Clip (a, lo, hi)").replace(
      "{2, 9}>",
      "{2, 9}, float lo = {0}, float hi = {6}>",
    );
    const split = equalized(text);
    expect(split.ops).toEqual(["Conv", "Relu", "Min", "Conv"]);
    expect(split.constants).toEqual({ w: [4, 3], c: [0, 0], v: [4, 3], b_scaled_most: [3, 18] });
    const kept = equalized(text, { bounds: "keep" });
    expect(kept.constants).toMatchObject({ w: [8, 1], v: [2, 9] });
    expect(kept.notes.map(({ kind, subjects }) => [kind, subjects])).toEqual([
      ["info", undefined],
      ["left", ["b"]],
    ]);
  });
});
