import { parseModel } from "@pare/ir";
import { foresee, targets } from "@pare/quantize";
import { describe, expect, it } from "vitest";
import { describeForesight } from "./foresight.ts";
import { foresightText } from "./foresight-text.ts";

const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
  main (float[1,4,8,8] image) => (float[] y) <float[4,4,3,3] w = random(1)> {
    ["a/very/long/name/as/exporters/of/deep/modules/write/them/Conv"] a = Conv (image, w)
    ["relu"] r = Relu (a)
    ["tanh"] t = Tanh (r)
    ["erf"] e = Erf (t)
    ["conv2"] y = Conv (e, w)
  }`);

const inspected = (name: string) => {
  const target = targets.get(name)!;
  return describeForesight(foresee(model, target), target);
};

describe("what would run as integers", () => {
  it("node by node, and why not, in 80 columns", () => {
    const text = foresightText(inspected("cpu-x64-avx2"), 80);
    expect(text.split("\n").slice(0, 8)).toEqual([
      "on cpu-x64-avx2: x86-64 with AVX2 and without VNNI: ONNX Runtime on the CPU",
      "  100 % of the multiply-adds integer: 2 nodes integer, 0 move codes, 2 float, 1",
      "  Relu and Clip in the grids",
      "  4 changes between floats and codes in a run",
      "  predicted, not proven: quantizing proves it where the target is at hand",
      "  note: Without VNNI, products of unsigned activations and 8-bit weights are",
      "  added in pairs in 16 bits and saturate: weights take 7 bits here.",
      "",
    ]);
    expect(text).toMatch(/^integer {2}….*write\/them\/Conv +QLinearConv +69\.2 %$/m);
    expect(text).toMatch(/^float {4}tanh +Tanh\n {11}cpu-x64-avx2 has no integer kernel for Tanh$/m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("a reason that neighbours share is said once", () => {
    const text = foresightText(inspected("webgpu"), 80);
    expect(text.match(/webgpu has no integer kernels/g)).toHaveLength(1);
    expect(text).toMatch(/0\.0 %|<0\.1 % of the multiply-adds integer/);
  });

  it("as data: every node with kernel, reason and multiply-adds", () => {
    const { nodes, integerShare, conversions, folded } = inspected("cpu-x64-vnni");
    expect({ integerShare, conversions, folded }).toEqual({ integerShare: 1, conversions: 4, folded: 1 });
    expect(nodes.map(({ op, kind, kernel, macs }) => [op, kind, kernel, macs])).toEqual([
      ["Conv", "integer", "QLinearConv", 4 * 36 * 36],
      ["Tanh", "float", "Tanh", 0],
      ["Erf", "float", "Erf", 0],
      ["Conv", "integer", "QLinearConv", 4 * 16 * 36],
    ]);
  });
});
