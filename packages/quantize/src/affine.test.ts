import { describe, expect, it } from "vitest";
import { affineOf, codeRange, dequantizeNumber, quantizeNumber, roundHalfEven } from "./affine.ts";
import type { QuantType } from "./contract.ts";

describe("codes", () => {
  it.each<[QuantType, boolean, number | undefined, number, number]>([
    ["int8", false, undefined, -128, 127],
    ["int8", true, undefined, -127, 127],
    ["int8", false, 7, -64, 64],
    ["int8", true, 7, -64, 64],
    ["uint8", false, undefined, 0, 255],
    ["uint8", true, undefined, 1, 255],
    ["uint8", false, 7, 0, 127],
    ["uint8", true, 7, 1, 127],
    ["int4", false, undefined, -8, 7],
    ["int4", true, undefined, -7, 7],
    ["uint4", true, 8, 1, 15],
    ["int16", true, undefined, -32767, 32767],
    ["uint16", false, undefined, 0, 65535],
  ])("%s, symmetric %s, bits %s", (type, symmetric, bits, lowest, highest) => {
    expect(codeRange(type, { symmetric, bits })).toEqual({ lowest, highest });
  });
});

describe("scale and zero point", () => {
  it("reaches from min to max", () => {
    // 255 steps of 0.01 from −1.28: zero is at code 128 of 0…255, code 0 of −128…127.
    expect(affineOf({ min: -1.28, max: 1.27 }, "uint8", { symmetric: false })).toEqual({
      scale: Math.fround(0.01),
      zeroPoint: 128,
    });
    expect(affineOf({ min: -1.28, max: 1.27 }, "int8", { symmetric: false }).zeroPoint).toBe(0);
    // Seven bits: 127 steps for 0…127, 128 steps for −64…64.
    expect(affineOf({ min: 0, max: 254 }, "uint8", { symmetric: false, bits: 7 })).toEqual({ scale: 2, zeroPoint: 0 });
    expect(affineOf({ min: 0, max: 256 }, "int8", { symmetric: false, bits: 7 })).toEqual({ scale: 2, zeroPoint: -64 });
  });

  it("has zero among its points", () => {
    expect(affineOf({ min: 2, max: 255 }, "uint8", { symmetric: false })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(affineOf({ min: -255, max: -3 }, "uint8", { symmetric: false })).toEqual({ scale: 1, zeroPoint: 255 });
    expect(affineOf({ min: -255, max: -3 }, "int8", { symmetric: false })).toEqual({ scale: 1, zeroPoint: 127 });
  });

  it("rounds the zero point to even on ties", () => {
    // 0.5 and 1.5 steps below zero.
    expect(affineOf({ min: -0.5, max: 254.5 }, "uint8", { symmetric: false }).zeroPoint).toBe(0);
    expect(affineOf({ min: -1.5, max: 253.5 }, "uint8", { symmetric: false }).zeroPoint).toBe(2);
  });

  it("is in the middle where it is symmetric", () => {
    expect(affineOf({ min: -254, max: 3 }, "int8", { symmetric: true })).toEqual({ scale: 2, zeroPoint: 0 });
    expect(affineOf({ min: 0, max: 254 }, "uint8", { symmetric: true })).toEqual({ scale: 2, zeroPoint: 128 });
    expect(affineOf({ min: 0, max: 128 }, "int8", { symmetric: true, bits: 7 })).toEqual({ scale: 2, zeroPoint: 0 });
    expect(affineOf({ min: -14, max: 14 }, "int4", { symmetric: true })).toEqual({ scale: 2, zeroPoint: 0 });
  });

  it("has scale 1 for zeros, and for what is too small for a scale that processors take as it is", () => {
    for (const range of [
      { min: 0, max: 0 },
      { min: 0, max: 1e-37 },
      { min: -1e-40, max: 1e-40 },
    ]) {
      expect(affineOf(range, "uint8", { symmetric: false })).toEqual({ scale: 1, zeroPoint: 0 });
      expect(affineOf(range, "int8", { symmetric: true })).toEqual({ scale: 1, zeroPoint: 0 });
    }
    expect(affineOf({ min: 0, max: 4e-36 }, "uint8", { symmetric: false }).scale).toBe(Math.fround(4e-36 / 255));
  });

  it("holds one value", () => {
    const grid = affineOf({ min: 5, max: 5 }, "uint8", { symmetric: false });
    const code = quantizeNumber(5, grid, codeRange("uint8", { symmetric: false }));
    expect([code, dequantizeNumber(code, grid)]).toEqual([255, 5]);
  });

  it("spans float32 from end to end", () => {
    const most = 2 ** 128 - 2 ** 104;
    expect(affineOf({ min: -most, max: most }, "uint8", { symmetric: false }).scale).toBe(
      Math.fround((2 * most) / 255),
    );
  });

  it.each([
    [1, 0],
    [Number.NaN, 1],
    [0, Number.POSITIVE_INFINITY],
    [0, 1e39],
  ])("refuses %s to %s", (min, max) => {
    expect(() => affineOf({ min, max }, "int8", { symmetric: true })).toThrow(
      `QUANTIZE_RANGE: no grid can be made for this range (expected finite numbers, min ≤ max, got ${min} to ${max}).`,
    );
  });
});

describe("numbers to codes", () => {
  it("rounds to nearest, ties to even", () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e9 + 0.5].map(roundHalfEven)).toEqual([0, 2, 2, 0, -2, 2, 1e9]);
    const halves = { scale: 2, zeroPoint: 10 };
    const codes = [1, 3, 5, -1, -3, 0].map((x) => quantizeNumber(x, halves, { lowest: 0, highest: 255 }));
    expect(codes).toEqual([10, 12, 12, 10, 8, 10]);
  });

  it("stays within the codes; NaN is the zero point", () => {
    const range = { lowest: -64, highest: 64 };
    const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: nan } = Number;
    const codes = [1e30, POSITIVE_INFINITY, -65, NEGATIVE_INFINITY, nan].map((x) =>
      quantizeNumber(x, { scale: 1, zeroPoint: 3 }, range),
    );
    expect(codes).toEqual([64, 64, -62, -64, 3]);
  });

  it("divides as float32 does", () => {
    // 0.85 ÷ 0.1 in float32 is 8.5 exactly, and goes to 8; in float64 the two nearest float32 numbers give 8.50000002.
    expect(quantizeNumber(0.85, { scale: Math.fround(0.1), zeroPoint: 0 }, { lowest: 0, highest: 15 })).toBe(
      roundHalfEven(Math.fround(Math.fround(0.85) / Math.fround(0.1))),
    );
  });
});
