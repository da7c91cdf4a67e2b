import { bigints, byteSize, type DType, MemorySource, numbers, stringBytes, tensorBytes } from "@pare/tensor";
import { describe, expect, test } from "vitest";
import { samples } from "../../testing/samples.ts";
import { allDTypes, dataTypeOf } from "./dtypes.ts";
import { encodeMessage, type MessageObject, packed, unpacked } from "./encode-message.ts";
import { ExternalFiles } from "./external-files.ts";
import { readModelFrom } from "./read-model.ts";
import { readTensor } from "./read-tensor.ts";
import { WireReader } from "./wire.ts";

function read(fields: MessageObject) {
  const bytes = encodeMessage("TensorProto", { name: "t", ...fields });
  const wire = new WireReader(new MemorySource(bytes), "file");
  const message = wire.message([{ from: 0, to: bytes.length }], "TensorProto", "graph.initializer[0]");
  return readTensor(message, new ExternalFiles(undefined)).tensor;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("the 28 element types have the numbers of onnx.proto", () => {
  expect(allDTypes).toHaveLength(28);
  const expected: Partial<Record<DType, number>> = { float32: 1, int64: 7, string: 8, bool: 9, float16: 10, int2: 26 };
  for (const [dtype, number] of Object.entries(expected)) expect(dataTypeOf(dtype as DType)).toBe(number);
  expect(allDTypes.map(dataTypeOf).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
});

test.each(allDTypes.filter((dtype) => dtype !== "string"))(
  "five %s in raw_data are those bytes of the file",
  (dtype) => {
    const raw = Uint8Array.from({ length: byteSize(dtype, 5)! }, (_, i) => i);
    const tensor = read({ dims: [5], data_type: dataTypeOf(dtype), raw_data: raw });
    expect(tensor).toMatchObject({ dtype, shape: [5] });
    expect(hex(tensorBytes(tensor))).toBe(hex(raw));
  },
);

describe("typed fields", () => {
  test.each([
    ["float32", { float_data: [1, -2] }, 2, "0000803f000000c0"],
    ["complex64", { float_data: [1, -2] }, 1, "0000803f000000c0"],
    ["float64", { double_data: [1] }, 1, "000000000000f03f"],
    ["complex128", { double_data: [1, 0] }, 1, "000000000000f03f0000000000000000"],
    ["int64", { int64_data: [-1, 2n ** 62n] }, 2, "ffffffffffffffff0000000000000040"],
    ["uint64", { uint64_data: [2n ** 64n - 1n] }, 1, "ffffffffffffffff"],
    ["uint32", { uint64_data: [2 ** 32 - 1] }, 1, "ffffffff"],
    ["int32", { int32_data: [-2, 3] }, 2, "feffffff03000000"],
    ["int16", { int32_data: [-2] }, 1, "feff"],
    ["uint16", { int32_data: [65535] }, 1, "ffff"],
    ["int8", { int32_data: [-2, 127] }, 2, "fe7f"],
    ["uint8", { int32_data: [255] }, 1, "ff"],
    ["bool", { int32_data: [1, 0] }, 2, "0100"],
    ["float16", { int32_data: [0x3c00] }, 1, "003c"],
    ["bfloat16", { int32_data: [0x3f80] }, 1, "803f"],
    ["float8e4m3fn", { int32_data: [0x38, 0xb8] }, 2, "38b8"],
    ["int4", { int32_data: [0x21, 0x0f] }, 3, "210f"],
    ["uint2", { int32_data: [0xe4, 0x01] }, 5, "e401"],
    ["float4e2m1", { int32_data: [0x21] }, 2, "21"],
    // Four six-bit codes 1, 2, 3, 63 and one more: 24 bits, least significant first, then padding.
    ["float6e2m3", { int32_data: [1, 2, 3, 63, 5] }, 5, "8130fc05"],
  ] as const)("%s", (dtype, data, count, expected) => {
    const [[name, values]] = Object.entries(data) as [[string, readonly (number | bigint)[]]];
    for (const listing of [packed, unpacked]) {
      const tensor = read({ dims: [count], data_type: dataTypeOf(dtype), [name]: listing([...values]) });
      expect(hex(tensorBytes(tensor)), listing.name).toBe(expected);
    }
  });

  test("one packed run of floats is not decoded: it is a range of the file", () => {
    const tensor = read({ dims: [2], data_type: 1, float_data: [1, 2] });
    expect(tensor.source).toHaveProperty("offset");
  });

  test("packed and single values of one field follow each other", () => {
    const one = encodeMessage("TensorProto", { int64_data: [1, 2] });
    const two = encodeMessage("TensorProto", { int64_data: unpacked([3, -4]) });
    const tensor = read({ dims: [4], data_type: 7, unknown: Buffer.concat([one, two]) });
    expect(bigints(tensor)).toEqual([1n, 2n, 3n, -4n]);
  });

  test("a large one is decoded in parts, from anywhere", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => i * 37 - 1000);
    for (const listing of [packed, unpacked]) {
      const tensor = read({ dims: [20_000], data_type: 6, int32_data: listing(values) });
      const some = tensor.source.read(4 * 15_000 + 2, 4);
      expect(hex(some)).toBe(hex(new Uint8Array(Int32Array.from(values).buffer).subarray(60_002, 60_006)));
      expect([...numbers(tensor)]).toEqual(values);
    }
  });

  test("strings", () => {
    const tensor = read({ dims: [3], data_type: 8, string_data: ["ab", "", Uint8Array.of(0xff, 0)] });
    expect(stringBytes(tensor).map(hex)).toEqual(["6162", "", "ff00"]);
    expect(hex(tensor.source.read(4, 2))).toBe("6162");
  });
});

test("a scalar has no sizes, an empty tensor no data", () => {
  expect([...numbers(read({ data_type: 1, float_data: [5] }))]).toEqual([5]);
  expect(read({ dims: [0, 4], data_type: 1 })).toMatchObject({ shape: [0, 4], source: { size: 0 } });
});

describe("what cannot be right is refused, with its place", () => {
  const place = 'graph.initializer[0] "t" in file';
  test.each<[string, MessageObject, string]>([
    [
      "no type",
      { dims: [1] },
      `ONNX_CONTENT at ${place}: the tensor has an unknown element type (expected 1 to 28, got 0)`,
    ],
    ["a type of the future", { data_type: 77 }, "unknown element type (expected 1 to 28, got 77)"],
    [
      "a negative size",
      { dims: [-1], data_type: 1 },
      `ONNX_CONTENT at ${place}: the tensor has an impossible size (got -1)`,
    ],
    [
      "2^62 elements",
      { dims: [2 ** 31, 2 ** 31], data_type: 1 },
      "the tensor is absurdly large (got shape [2147483648, 2147483648])",
    ],
    ["a size of 2^60", { dims: [1n << 60n], data_type: 1 }, "the tensor has an impossible size (got above 2^53)"],
    ["65 axes", { dims: new Array(65).fill(1), data_type: 1 }, "too many axes (expected at most 64)"],
    [
      "short raw_data",
      { dims: [2], data_type: 1, raw_data: new Uint8Array(4) },
      "does not fit 2 elements of float32 (expected 8 bytes, got 4)",
    ],
    ["long raw_data", { dims: [1], data_type: 1, raw_data: new Uint8Array(8) }, "(expected 4 bytes, got 8)"],
    ["no data", { dims: [2], data_type: 1 }, "its float data does not fit its shape (expected 2 values, got 0)"],
    ["data in another field", { dims: [1], data_type: 1, int64_data: [1] }, "(expected 1 values, got 0)"],
    ["too few typed values", { dims: [3], data_type: 7, int64_data: [1, 2] }, "(expected 3 values, got 2)"],
    ["too many typed values", { dims: [1], data_type: 7, int64_data: [1, 2] }, "(expected 1 values, got 2)"],
    [
      "few strings",
      { dims: [2], data_type: 8, string_data: ["a"] },
      "it has another number of strings (expected 2, got 1)",
    ],
    ["raw strings", { dims: [1], data_type: 8, raw_data: Uint8Array.of(1) }, "strings cannot stand in raw_data"],
  ])("%s", (_, fields, problem) => {
    expect(() => read(fields)).toThrow(problem);
  });

  test("a terabyte that is only claimed takes no memory", () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => read({ dims: [2 ** 40], data_type: 3, int32_data: [1] })).toThrow(
      "(expected 1099511627776 values, got 1)",
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });
});

test("typed data in a model, through the graph", () => {
  const { graph } = readModelFrom(new MemorySource(samples.typed));
  const constant = (name: string) => {
    const origin = graph.value(name)?.origin;
    if (origin?.kind !== "constant") throw new Error(`${name} is no constant`);
    return origin.tensor;
  };
  expect(bigints(constant("ids"))).toEqual([-1n, 2n, 3n << 40n]);
  expect([...numbers(constant("i8"))]).toEqual([-1, 2, 3, -4]);
  expect([...numbers(constant("half"))]).toEqual([1, -2]);
  expect([...numbers(constant("nibbles"))]).toEqual([1, 2, 3]);
});
