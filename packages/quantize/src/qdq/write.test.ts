import { type Model, parseModel, printModel, verifyModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import type { PlacementOptions, Range } from "../contract.ts";
import { place } from "../placement/place.ts";
import { targets } from "../targets/catalog.ts";
import { type ScaleSharing, writeQdq } from "./write.ts";

function written(
  text: string,
  ranges: Readonly<Record<string, Range>>,
  options: PlacementOptions = {},
  name = "cpu-x64-vnni",
  sharing?: ScaleSharing,
) {
  const model = parseModel(text);
  const placement = place(model, inferTypes(model), targets.get(name)!, options);
  const known = new Map(placement.activations.map((point) => [point, ranges[point.values[0]!.name]!]));
  const result = writeQdq(model, placement, known, undefined, sharing);
  verifyModel(model);
  return { model, ...result };
}

const values = (model: Model, name: string): readonly number[] => {
  const origin = model.graph.value(name)?.origin;
  return origin?.kind === "constant" ? [...numbers(origin.tensor)] : [];
};

const nodes = (model: Model) =>
  [...model.graph.nodes].map(
    ({ type, inputs, outputs }) => `${outputs[0]!.name} = ${type} (${inputs.map((input) => input?.name).join(", ")})`,
  );

/** Two 1×1 convolutions with a Relu between; the second weight has one channel of almost nothing. */
const chain = `<ir_version: 8, opset_import: ["" : 17]>
  g (float[1,1,4,4] x) => (float[1,2,4,4] y)
    <float[1,1,1,1] w = {0.5}, float[1] b = {0.254}, float[2,1,1,1] v = {2, 1e-8}, float[2] c = {1, -3}> {
    a = Conv (x, w, b)
    r = Relu (a)
    y = Conv (r, v, c)
  }`;
const chainRanges = { x: { min: -1, max: 1.55 }, r: { min: 0, max: 2.55 }, y: { min: -3, max: 2.1 } };

describe("writeQdq", () => {
  it("stores equal scales once, or one for each point where they are to be learned", () => {
    const ranges = { ...chainRanges, y: chainRanges.x };
    const scales = (sharing?: ScaleSharing) =>
      [...written(chain, ranges, {}, undefined, sharing).model.graph.nodes].flatMap(({ type, inputs }) =>
        type === "QuantizeLinear" ? [inputs[1]!.name] : [],
      );
    expect(new Set(scales())).toEqual(new Set(["x_scale"]));
    expect(new Set(scales("point"))).toEqual(new Set(["x_scale", "a_scale", "y_scale"]));
  });

  it("quantizes inputs, weights, biases and outputs, and lets the grid take the Relu's place", () => {
    const { model, grids } = written(chain, chainRanges);
    expect(nodes(model).filter((line) => line.includes("Relu"))).toEqual([]);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(["y"]);
    // (1.55 − −1) ÷ 255 = 0.01, zero at 100; 2.55 ÷ 255 = 0.01, zero at 0; 5.1 ÷ 255 = 0.02, zero at 150.
    expect([...grids].map(([name, { scale, zeroPoint }]) => [name, scale.toFixed(6), zeroPoint])).toEqual([
      ["x", "0.010000", 100],
      ["r", "0.010000", 0],
      ["y", "0.020000", 150],
    ]);
    // 0.5 = 127 · (0.5 ÷ 127); the bias in steps of 0.01 · 0.5 ÷ 127: 0.254 ÷ 0.00003937 = 6451.6.
    expect(values(model, "w_q")).toEqual([127]);
    expect(values(model, "b_q")[0]).toBeCloseTo(6452, -1);
    expect(values(model, "v_q")).toEqual([127, 0]);
    for (const gone of ["w", "v", "b", "c"]) expect(model.graph.value(gone)).toBeUndefined();
  });

  it("widens the scale of a weight that is so small that its bias does not fit 32 bits", () => {
    const { model, widened } = written(chain, chainRanges);
    expect(widened).toEqual(["v"]);
    // −3 ÷ (0.01 · s) ≥ −2³¹ needs s ≥ 3 ÷ (0.01 · 2³¹) = 1.4e-7, and 1e-8 ÷ 127 is less.
    const [, small] = values(model, "v_scale");
    expect(small).toBeGreaterThanOrEqual(3 / (0.01 * 2 ** 31));
    expect(Math.abs(values(model, "c_q")[1]!)).toBeLessThan(2 ** 31);
  });

  it("lets a layer that stays float read its codes by channel, which the runtime leaves alone", () => {
    const text = chain.replace(
      "float[1,1,1,1] w = {0.5}, float[1] b = {0.254}, float[2,1,1,1] v = {2, 1e-8}",
      "float[3,1,1,1] w = {0.5, 1, 2}, float[3] b = {0, 0, 0}, float[2,3,1,1] v = {2, 0, 1, 1, 2, 3}",
    );
    const keepFloat: PlacementOptions["keepFloat"] = ({ outputs }) =>
      outputs[0]?.name === "y" ? "told so" : undefined;
    const { model } = written(text, chainRanges, { keepFloat });
    const float = [...model.graph.nodes].find(({ outputs }) => outputs[0]?.name === "y")!;
    const decode = float.inputs[0]!.origin;
    expect(decode.kind === "output" && decode.node.type).toBe("DequantizeLinear");
    expect(decode.kind === "output" && values(model, decode.node.inputs[1]!.name)).toHaveLength(3);
    expect(model.graph.value("v")?.origin.kind).toBe("constant");
  });

  it("keeps float weights behind a pair of their own where the target wants that", () => {
    const wide = `<ir_version: 8, opset_import: ["" : 17]>
      g (float[1,16,8,8] x) => (float[1,16,8,8] y) <float[16,16,3,3] w = random(1), float[16] b = random(2)> {
        y = Conv <pads = [1, 1, 1, 1]> (x, w, b)
      }`;
    const { model } = written(wide, { x: { min: -1, max: 1 }, y: { min: -9, max: 9 } }, {}, "tensorrt");
    expect(nodes(model)).toContain("w_q = QuantizeLinear (w, w_scale, int8_zeros_16)");
    expect(model.graph.value("b")?.origin.kind).toBe("constant");
  });

  it("says which value has no range", () => {
    expect(() => written(chain, { x: chainRanges.x, y: chainRanges.y })).toThrow(/QUANTIZE_RANGE at value "r"/);
  });

  it("gives the same text twice", () => {
    expect(printModel(written(chain, chainRanges).model)).toBe(printModel(written(chain, chainRanges).model));
  });
});
