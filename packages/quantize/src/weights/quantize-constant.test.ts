import { makeTensor, numbers, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import type { WeightSpec } from "../contract.ts";
import { quantizeConstant } from "./quantize-constant.ts";

const perChannel = (axis: number, rest: Partial<WeightSpec> = {}): WeightSpec => ({
  type: "int8",
  symmetric: true,
  axis,
  ...rest,
});

function codesOf(shape: readonly number[], values: readonly number[], spec: WeightSpec, leastScales?: number[]) {
  const { codes, scales, zeroPoints } = quantizeConstant(tensorOf("float32", shape, values), spec, { leastScales });
  return {
    codes: [...numbers(codes)],
    scales: [...numbers(scales)],
    zeroPoints: [...numbers(zeroPoints)],
    of: scales.shape,
  };
}

describe("quantizeConstant", () => {
  it("has one scale for the tensor", () => {
    // 254 ÷ 127 = 2 a step; 3 ÷ 2 and 5 ÷ 2 are ties.
    const spec: WeightSpec = { type: "int8", symmetric: true, axis: undefined };
    expect(codesOf([2, 2], [254, 3, 5, -1], spec)).toEqual({
      codes: [127, 2, 2, 0],
      scales: [2],
      zeroPoints: [0],
      of: [],
    });
  });

  it("has a scale for each element of an axis", () => {
    const values = [127, 1, -254, 4, 12.7, 0.1];
    expect(codesOf([3, 2], values, perChannel(0))).toEqual({
      codes: [127, 1, -127, 2, 127, 1],
      scales: [1, 2, Math.fround(0.1)],
      zeroPoints: [0, 0, 0],
      of: [3],
    });
    expect(codesOf([2, 3], [127, 2.54, 0, -1, 0.02, 0], perChannel(1)).scales).toEqual([1, Math.fround(0.02), 1]);
    expect(codesOf([1, 2, 2], [127, 1, -254, 4], perChannel(1)).codes).toEqual([127, 1, -127, 2]);
  });

  it("makes zeros of a channel of zeros", () => {
    expect(codesOf([2, 2], [0, -0, 1, 127], perChannel(0))).toMatchObject({ codes: [0, 0, 1, 127], scales: [1, 1] });
  });

  it("has a zero point where asked", () => {
    expect(codesOf([2, 2], [0, 255, -10, 245], perChannel(0, { type: "uint8", symmetric: false }))).toEqual({
      codes: [0, 255, 0, 255],
      scales: [1, 1],
      zeroPoints: [0, 10],
      of: [2],
    });
  });

  it("stays within 64 with seven bits", () => {
    expect(codesOf([1, 3], [6.4, -6.4, 0.1], perChannel(0, { bits: 7 }))).toMatchObject({ codes: [64, -64, 1] });
  });

  it("packs four bits, and takes 16", () => {
    const weight = tensorOf("float32", [1, 3], [7, -7, 1]);
    const { codes } = quantizeConstant(weight, perChannel(0, { type: "int4" }));
    expect([...codes.source.read(0, 2)]).toEqual([0x97, 0x01]);
    expect(codesOf([1, 2], [32767, -5], perChannel(0, { type: "int16" })).codes).toEqual([32767, -5]);
  });

  it("loses small weights beside a huge one: that is what the error is for", () => {
    expect(codesOf([1, 3], [1e6, 1, -1], perChannel(0)).codes).toEqual([127, 0, 0]);
  });

  it("widens a scale that a bias needs wider", () => {
    expect(codesOf([2, 2], [127, 4, 127, 4], perChannel(0), [0, 2])).toMatchObject({
      codes: [127, 4, 64, 2],
      scales: [1, 2],
    });
    const unsigned = perChannel(0, { type: "uint8", symmetric: false });
    expect(codesOf([1, 2], [-10, 245], unsigned, [5])).toMatchObject({ codes: [0, 51], scales: [5], zeroPoints: [2] });
  });

  it("narrows scales where that loses less", () => {
    // Seven steps of one from −7 to 7, and an outlier: clipping it is worth its own error only while it is near.
    const near = [8, ...Array.from({ length: 300 }, (_, i) => (i % 15) - 7)];
    const weight = tensorOf("float32", [1, near.length], near);
    const spec = perChannel(0, { type: "int4" });
    const [plain, fitted] = (["none", "mse"] as const).map((clip) => quantizeConstant(weight, spec, { clip }));
    expect(plain!.error().largest).toBeCloseTo(0.5714, 3);
    expect(fitted!.error().squared).toBeLessThan(0.5 * plain!.error().squared);
    const zeros = quantizeConstant(tensorOf("float32", [1, 2], [0, 0]), spec, { clip: "mse" });
    expect([numbers(zeros.scales)[0], zeros.error()]).toEqual([1, { largest: 0, squared: 0 }]);
  });

  it("tells its error", () => {
    // Scale 1: 0.5 goes to 0, 1.25 to 1.
    const { error } = quantizeConstant(tensorOf("float32", [1, 3], [127, 0.5, 1.25]), perChannel(0));
    expect(error()).toEqual({ largest: 0.5, squared: 0.3125 });
  });

  it("has a scale a block, along the last axis or another", () => {
    const spec = perChannel(1, { type: "int4" });
    const last = quantizeConstant(tensorOf("float32", [2, 4], [7, 1, 14, 2, 0, 0, -21, 3]), spec, { block: 2 });
    expect([last.scales.shape, [...numbers(last.scales)]]).toEqual([
      [2, 2],
      [1, 2, 1, 3],
    ]);
    expect([...numbers(last.codes)]).toEqual([7, 1, 7, 1, 0, 0, -7, 1]);
    // Along axis 0 of [3, 2]: rows 0 and 1 together, row 2 alone.
    const columns = quantizeConstant(
      tensorOf("float32", [3, 2], [7, 2, 1, -14, 21, 0]),
      { ...spec, axis: 0 },
      { block: 2 },
    );
    expect([columns.scales.shape, [...numbers(columns.scales)]]).toEqual([
      [2, 2],
      [1, 2, 3, 1],
    ]);
    expect([...numbers(columns.codes)]).toEqual([7, 1, 1, -7, 7, 0]);
    expect(() => quantizeConstant(tensorOf("float32", [1, 3], [1, 2, 3]), spec, { block: 2 })).toThrow(
      /blocks along the last axis must divide it \(expected a multiple of 2, got 3\)/,
    );
  });

  it("uses all codes of a block by a scale of either sign", () => {
    const spec = perChannel(1, { type: "int4" });
    const weight = tensorOf("float32", [2, 3], [8, -7, 1, -16, 16, 2]);
    const { codes, scales } = quantizeConstant(weight, spec, { block: 3, fullRange: true });
    // 8 becomes −8 · −1. Where −16 is −8 · 2, 16 would be code 8 and is clipped to 7.
    expect([...numbers(scales)]).toEqual([-1, 2]);
    expect([...numbers(codes)]).toEqual([-8, 7, -1, -8, 7, 1]);
  });

  it("reads a weight from a file again each time its codes are read", () => {
    const values = Float32Array.from({ length: 3 * 500_000 }, (_, i) => Math.sin(i));
    const bytes = new Uint8Array(values.buffer);
    let reads = 0;
    const file = {
      size: bytes.length,
      read: (from: number, length: number) => {
        reads++;
        return bytes.subarray(from, from + length);
      },
    };
    for (const type of ["int8", "int4"] as const)
      for (const axis of [0, 1]) {
        const spec = perChannel(axis, { type });
        const kept = quantizeConstant(makeTensor("float32", [3, 500_000], bytes), spec);
        const lazy = quantizeConstant(makeTensor("float32", [3, 500_000], file), spec);
        const before = reads;
        const part = lazy.codes.source.read(777, 600_001);
        if (type === "int8") expect(reads).toBeGreaterThan(before);
        expect(Buffer.from(part).equals(Buffer.from(kept.codes.source.read(777, 600_001)))).toBe(true);
      }
  });

  it("takes float16", () => {
    const weight = tensorOf("float16", [2], [1, -127]);
    expect([...numbers(quantizeConstant(weight, perChannel(0)).codes)]).toEqual([127, -127]);
  });

  it("takes empty weights", () => {
    expect(codesOf([0, 3], [], perChannel(1))).toEqual({
      codes: [],
      scales: [1, 1, 1],
      zeroPoints: [0, 0, 0],
      of: [3],
    });
  });

  it("refuses NaN, infinity, integers and axes that are not there", () => {
    const bad = tensorOf("float32", [4], [1, Number.NaN, Number.POSITIVE_INFINITY, 0]);
    expect(() => quantizeConstant(bad, perChannel(0))).toThrow(/QUANTIZE_NOT_FINITE: .*got 2 NaN or infinite/);
    expect(() => quantizeConstant(makeTensor("int8", [1], Uint8Array.of(1)), perChannel(0))).toThrow(/got int8/);
    expect(() => quantizeConstant(tensorOf("float32", [1], [1]), perChannel(1))).toThrow(/expected 0 to 0 for shape/);
  });
});
