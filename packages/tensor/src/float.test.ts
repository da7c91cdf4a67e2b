import { describe, expect, it } from "vitest";
import {
  bfloat16ToNumber,
  decodeMiniFloat,
  float8e8m0ToNumber,
  float16ToNumber,
  miniFloats,
  numberToBfloat16,
  numberToFloat16,
} from "./float.ts";

describe("float16", () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0x8000, -0],
    [0x3555, 0.333251953125],
  ])("0x%s is %f, both ways", (bits, value) => {
    expect(float16ToNumber(bits)).toBe(value);
    expect(numberToFloat16(value)).toBe(bits);
  });

  it.each([
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.01, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [-1e-10, 0x8000],
    [1e10, 0x7c00],
  ])("rounds %f to nearest even", (value, bits) => {
    expect(numberToFloat16(value)).toBe(bits);
  });

  it("gives every finite pattern back", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) expect(numberToFloat16(value) & 0x7c00).toBe(0x7c00);
      else if (numberToFloat16(value) !== bits) expect.fail(`0x${bits.toString(16)} does not come back`);
    }
  });
});

describe("bfloat16", () => {
  it.each([
    [1, 0x3f80],
    [-2.5, 0xc020],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [3.4e38, 0x7f80],
    [Number.NEGATIVE_INFINITY, 0xff80],
  ])("%f is rounded to 0x%s", (value, bits) => expect(numberToBfloat16(value)).toBe(bits));

  it("decodes by widening", () => {
    expect(bfloat16ToNumber(0x4049)).toBe(3.140625);
    expect(bfloat16ToNumber(numberToBfloat16(Number.NaN))).toBeNaN();
  });
});

describe("eight bits and fewer", () => {
  it.each([
    ["float8e4m3fn", 0x7e, 448],
    ["float8e4m3fn", 0x7f, Number.NaN],
    ["float8e4m3fn", 0x01, 2 ** -9],
    ["float8e4m3fnuz", 0x7f, 240],
    ["float8e4m3fnuz", 0x80, Number.NaN],
    ["float8e5m2", 0x7b, 57344],
    ["float8e5m2", 0x7c, Number.POSITIVE_INFINITY],
    ["float8e5m2", 0x01, 2 ** -16],
    ["float8e5m2fnuz", 0x7f, 57344],
    ["float6e2m3", 0x1f, 7.5],
    ["float6e2m3", 0x21, -0.125],
    ["float6e3m2", 0x1f, 28],
    ["float6e3m2", 0x01, 0.0625],
    ["float4e2m1", 0x7, 6],
    ["float4e2m1", 0x9, -0.5],
  ] as const)("%s 0x%s is %f", (format, bits, value) => expect(decodeMiniFloat(bits, miniFloats[format])).toBe(value));

  it("e8m0 is a power of two", () => {
    expect(float8e8m0ToNumber(127)).toBe(1);
    expect(float8e8m0ToNumber(0)).toBe(2 ** -127);
    expect(float8e8m0ToNumber(255)).toBeNaN();
  });
});
