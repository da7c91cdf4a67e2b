import { describe, expect, it } from "vitest";
import { type DType, dtypes } from "./dtype.ts";
import { bigints, numbers, packCode, tensorOf, unpackCode } from "./elements.ts";
import { stringBytes, stringTensor } from "./strings.ts";
import { makeTensor, tensorBytes } from "./tensor.ts";

describe("elements", () => {
  it.each([
    ["int4", [-8, 7, -1], [0x78, 0x0f]],
    ["uint4", [1, 15, 2], [0xf1, 0x02]],
    ["int2", [-2, -1, 0, 1, 1], [0b01001110, 0b01]],
    ["uint2", [3, 0, 2, 1], [0b01100011]],
    ["int8", [-128, 127], [0x80, 0x7f]],
    ["bool", [0, 1], [0, 1]],
    ["int16", [-2], [0xfe, 0xff]],
    ["float16", [1, -2], [0x00, 0x3c, 0x00, 0xc0]],
  ] as const)("%s packs low bits first", (dtype, values, bytes) => {
    const tensor = tensorOf(dtype, [values.length], values);
    expect([...tensorBytes(tensor)]).toEqual(bytes);
    expect([...numbers(tensor)]).toEqual(values);
  });

  it("reads six-bit floats across byte borders", () => {
    const bytes = new Uint8Array(3);
    for (const [i, code] of [0x1f, 0x01, 0x3f, 0x20].entries()) packCode(bytes, i, 6, code);
    expect([...bytes]).toEqual([0x1f | (1 << 6), 0xf0, 0x83]);
    expect([0, 1, 2, 3].map((i) => unpackCode(bytes, i, 6))).toEqual([0x1f, 0x01, 0x3f, 0x20]);
    expect([...numbers(makeTensor("float6e2m3", [4], bytes))]).toEqual([7.5, 0.125, -7.5, -0]);
  });

  it("keeps 64-bit integers exact", () => {
    const values = [2n ** 63n - 1n, -(2n ** 63n), 0n];
    expect(bigints(tensorOf("int64", [3], values))).toEqual(values);
    expect(bigints(tensorOf("uint64", [1], [2n ** 64n - 1n]))).toEqual([2n ** 64n - 1n]);
  });

  it("refuses data that does not fit its shape", () => {
    expect(() => makeTensor("float32", [2, 3], new Uint8Array(20))).toThrow(
      "TENSOR_SIZE: a float32 tensor of shape [2, 3] does not match its data (expected 24 bytes, got 20).",
    );
  });

  it("refuses numbers of complex and string tensors", () => {
    expect(() => numbers(makeTensor("complex64", [1], new Uint8Array(8)))).toThrow(/TENSOR_DTYPE/);
    expect(() => numbers(stringTensor([1], ["a"]))).toThrow(/TENSOR_DTYPE/);
  });

  it("round-trips strings of any bytes", () => {
    const tensor = stringTensor([3], ["é", "", Uint8Array.of(255, 0)]);
    expect(stringBytes(tensor).map((bytes) => [...bytes])).toEqual([[0xc3, 0xa9], [], [255, 0]]);
  });

  it("has a reader for every type of fixed size but the complex ones", () => {
    for (const dtype of Object.keys(dtypes) as DType[]) {
      const { bits, kind } = dtypes[dtype];
      if (bits === undefined || kind === "complex") continue;
      const zeros = makeTensor(dtype, [3], new Uint8Array(Math.ceil((3 * bits) / 8)));
      expect([...numbers(zeros)], dtype).toEqual(new Array(3).fill(dtype === "float8e8m0" ? 2 ** -127 : 0));
    }
  });
});
