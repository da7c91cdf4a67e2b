import { parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { concatFindings } from "./pattern-findings.ts";
import { saturationFindings, scaleFindings } from "./weight-findings.ts";
import { type CodedWeight, storedWeights } from "./weights.ts";

function weight(codes: readonly number[], shape: readonly number[], given: Partial<CodedWeight> = {}): CodedWeight {
  const own = { node: "conv", op: "onnx.Conv", hasOneScale: true, axis: 0, isGrouped: false };
  return { ...own, shape, codes: () => Float64Array.from(codes), ...given };
}

describe("scaleFindings", () => {
  it("names weights of which channels are left with few levels", () => {
    // The second of two channels reaches code 5: 11 levels.
    const [found] = scaleFindings([weight([127, -3, 5, 2], [2, 1, 1, 2], { isGrouped: true })]);
    expect(found?.text).toContain("in 1 weights (1 of them depthwise or grouped)");
    expect(found?.cure).toEqual({ options: { granularity: "channel" } });
    expect(scaleFindings([weight([127, -3, 50, 2], [2, 1, 1, 2])])).toEqual([]);
    expect(scaleFindings([weight([127, -3, 5, 2], [2, 1, 1, 2], { hasOneScale: false })])).toEqual([]);
  });
});

describe("saturationFindings", () => {
  const saturates = (codes: readonly number[], shape: readonly number[], given: Partial<CodedWeight> = {}) =>
    saturationFindings([weight(codes, shape, given)]).length === 1;

  it("is for neighbouring input channels: 255 · (64 + 64) = 32 640 fits 16 bits, 255 · (65 + 64) = 32 895 does not", () => {
    expect(saturates([64, 64], [1, 2, 1, 1])).toBe(false);
    expect(saturates([65, 64], [1, 2, 1, 1])).toBe(true);
    expect(saturates([-65, -64], [1, 2, 1, 1])).toBe(true);
    expect(saturates([127, -127], [1, 2, 1, 1])).toBe(false);
  });

  it("looks along the summed axis", () => {
    // [1,2,1,2]: channels are two apart. [K,N] = [2,2]: the columns are 127, 127 and 0, 0.
    expect(saturates([127, 0, 0, 127], [1, 2, 1, 2])).toBe(false);
    expect(saturates([127, 0, 127, 0], [1, 2, 1, 2])).toBe(true);
    expect(saturates([127, 0, 127, 0], [2, 2], { op: "onnx.MatMul", axis: 1 })).toBe(true);
    expect(saturates([127, 127, 0, 0], [2, 2], { op: "onnx.MatMul", axis: 1 })).toBe(false);
    expect(saturates([127, 127], [2, 1, 1, 1], { isGrouped: true })).toBe(false);
  });
});

it("weights of a quantized model are constants behind DequantizeLinear", () => {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 13]>
main (float[N,2] x) => (float[N,2] y) <int8[2,2] w = {1, 2, 3, 4}, float s = {0.5}> {
  dw = DequantizeLinear (w, s)
  ["dense"] y = MatMul (x, dw)
}`);
  const [found, ...more] = storedWeights(model);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ node: "dense", shape: [2, 2], hasOneScale: true, axis: 1 });
  expect([...found!.codes()]).toEqual([1, 2, 3, 4]);
});

it("a Concat of boxes in pixels and scores below 1 is named, of like parts not", () => {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 13]>
main (float[N,4] boxes, float[N,2] scores) => (float[N,6] y) { ["join"] y = Concat <axis = 1> (boxes, scores) }`);
  const of = (max: number) => ({ samples: 1, elements: 1, nonFinite: 0, min: 0, max, mean: 0, rms: 0, meanMin: 0 });
  const rest = { meanMax: 0, movingMin: 0, movingMax: 0, histogram: undefined, channels: undefined };
  const find = (boxes: number) =>
    concatFindings(
      [...model.graph.nodes],
      new Map([
        ["boxes", { ...of(boxes), ...rest }],
        ["scores", { ...of(1), ...rest }],
      ]),
    );
  expect(find(640)).toMatchObject([
    { cause: "mixed-concat", subjects: ["join"], isCertain: true, cure: { except: ["join"] } },
  ]);
  expect(find(4)).toEqual([]);
});
