import { parseModel, printModel } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { quantizedLayers } from "./layers.ts";
import { moveBias } from "./move-bias.ts";

/** Moves the biases of all layers by 1 and −0.5; gives the constants and how many layers took it. */
function moved(constants: string, body: string) {
  const model = parseModel(
    `g (float[N,2] x) => (float[] y) <int8[2,2] q = {10, 0, 0, 10}, float s = {0.1}, ${constants}>
     { w = DequantizeLinear (q, s) ${body} }`,
  );
  const layers = quantizedLayers(model);
  const taken = model.graph.edit("test", (edit) =>
    layers.filter((layer) => moveBias(edit, layer, Float64Array.of(1, -0.5))),
  );
  const found: Record<string, readonly number[]> = {};
  for (const { name, origin } of model.graph.values)
    if (origin.kind === "constant" && name !== "q" && name !== "s") found[name] = [...numbers(origin.tensor)];
  return { layers: layers.map(({ output }) => output.name), taken: taken.length, found, text: printModel(model) };
}

describe("moveBias", () => {
  it("changes float biases in place, by what a Gemm's beta makes of them", () => {
    expect(moved("float[2] b = {3, 4}", "y = Gemm (x, w, b)").found).toEqual({ b: [4, 3.5] });
    expect(moved("float[1,2] b = {3, 4}", "y = Gemm <beta = 0.5> (x, w, b)").found).toEqual({ b: [5, 3] });
    expect(moved("float b = {3}", "p = MatMul (x, w) y = Add (b, p)").found).toEqual({ b: [4, 2.5] });
  });

  it("changes the codes of int32 biases, and leaves their scales", () => {
    const { found } = moved(
      "int32[2] b = {10, 20}, float[2] t = {0.25, 0.5}",
      "c = DequantizeLinear <axis = 0> (b, t) y = Gemm (x, w, c)",
    );
    expect(found).toEqual({ b: [14, 19], t: [0.25, 0.5] });
  });

  it("gives a constant of 8 bits a new grid", () => {
    // 1 and 2 become 2 and 1.5: 255 steps from 0 to 2.
    const { found } = moved(
      "uint8[2] b = {100, 200}, float t = {0.01}",
      "p = MatMul (x, w) c = DequantizeLinear (b, t) y = Add (p, c)",
    );
    expect(found).toEqual({ b_2: [255, 191], t_2: [expect.closeTo(2 / 255, 8)], b_zero_point: [0] });
  });

  it("gives a bias that others read a copy", () => {
    const { found, text } = moved("float[2] b = {3, 4}", "p = Gemm (x, w, b) y = Add (p, b)");
    expect(found).toEqual({ b: [3, 4], b_2: [4, 3.5] });
    expect(text).toContain("y = Add (p, b)");
  });

  it("adds one where there is none", () => {
    expect(moved("float o = {0}", "p = Gemm (x, w) y = Add (p, o)").found).toEqual({ o: [0], p_bias: [1, -0.5] });
  });

  it("leaves biases of other shapes, those that are computed, and products of floats", () => {
    expect(moved("float[3,2] b = {1, 1, 1, 1, 1, 1}", "y = Gemm (x, w, b)")).toMatchObject({ layers: ["y"], taken: 0 });
    expect(moved("float[2] b = {1, 1}", "c = Neg (b) p = MatMul (x, w) y = Add (p, c)").layers).toEqual([]);
    expect(
      moved("float[2,2] v = {1, 1, 1, 1}, float[2] b = {1, 1}", "z = MatMul (x, w) y = Gemm (z, v, b)").layers,
    ).toEqual([]);
    expect(moved("float[2] b = {1, 1}", "y = Gemm <beta = 0.0> (x, w, b)").layers).toEqual([]);
  });
});
