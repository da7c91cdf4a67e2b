import { MemorySource } from "@pare/tensor";
import { describe, expect, test } from "vitest";
import { schema } from "./schema.ts";
import { WireReader } from "./wire.ts";

const reader = (...bytes: number[]) => new WireReader(new MemorySource(Uint8Array.from(bytes)), "file");
const fields = (...bytes: number[]) => [...reader(...bytes).fields({ from: 0, to: bytes.length })];
const varint = (...bytes: number[]) => {
  const wire = reader(...bytes);
  const end = wire.varint(0, bytes.length);
  return [end, wire.int64, wire.safeInteger];
};

describe("varints", () => {
  test.each([
    [[0x00], 0n],
    [[0x96, 0x01], 150n],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 2n ** 32n - 1n],
    [[0x80, 0x80, 0x80, 0x80, 0x10], 2n ** 32n],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 2n ** 53n - 1n],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], -1n],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], -(2n ** 63n)],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 2n ** 63n - 1n],
  ])("%o is %d", (bytes, value) => {
    const safe = BigInt.asIntN(54, value) === value ? Number(value) : undefined;
    expect(varint(...bytes)).toEqual([bytes.length, value, safe]);
  });

  test("one that ends early or never is an error", () => {
    expect(() => varint(0x80)).toThrow("ONNX_BYTES at file: a number is cut off at byte 0.");
    expect(() => varint(...new Array<number>(11).fill(0xff))).toThrow("a number is longer than 64 bits");
  });
});

describe("fields", () => {
  test("each wire type says where its payload lies", () => {
    const bytes = [0x08, 0x05, 0x12, 0x02, 1, 2, 0x1d, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(fields(...bytes)).toEqual([
      { id: 1, wire: 0, start: 0, from: 1, to: 2 },
      { id: 2, wire: 2, start: 2, from: 4, to: 6 },
      { id: 3, wire: 5, start: 6, from: 7, to: 11 },
      { id: 4, wire: 1, start: 11, from: 12, to: 20 },
    ]);
  });

  test("a group is one field, groups inside it included", () => {
    const inner = [0x13, 0x08, 0x01, 0x14];
    expect(fields(0x0b, ...inner, 0x0c, 0x08, 0x00)).toMatchObject([
      { id: 1, wire: 3, start: 0, to: 6 },
      { id: 1, wire: 0, start: 6, to: 8 },
    ]);
  });

  test.each([
    ["a length beyond the end", [0x0a, 0x05, 1], "a field of 5 bytes goes beyond the end of what holds it at byte 0"],
    ["a length of 2^40", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], "goes beyond the end"],
    ["a fixed value that is cut off", [0x0d, 0, 0], "a field is cut off at byte 0"],
    ["field number 0", [0x02, 0x00], "impossible number"],
    ["wire type 6", [0x0e], "impossible wire type 6"],
    ["an end without a group", [0x0c], "impossible wire type 4"],
    ["the wrong end of a group", [0x0b, 0x14], "a group ends that did not begin"],
    ["a group without end", [0x0b, 0x08, 0x01], "a number is cut off"],
    ["a thousand groups", new Array<number>(1000).fill(0x0b), "groups are nested too deeply"],
  ])("%s is an error", (_, bytes, problem) => {
    expect(() => fields(...bytes)).toThrow(problem);
  });
});

describe("messages", () => {
  const message = (...bytes: number[]) =>
    reader(...bytes).message([{ from: 0, to: bytes.length }], "IntIntListEntryProto", "entry");
  const { key, value } = schema.IntIntListEntryProto;

  test("neighbours of one number are one run", () => {
    const { runs } = message(0x10, 1, 0x10, 2, 0x10, 3, 0x08, 9);
    expect(runs.map(({ id, count }) => [id, count])).toEqual([
      [2, 3],
      [1, 1],
    ]);
  });

  test("of a field that should stand once, the last counts", () => {
    expect(message(0x08, 1, 0x08, 2).int(key)).toBe(2);
    expect(message(0x08, 1, 0x10, 7, 0x08, 3).int(key)).toBe(3);
    expect(message().int(key)).toBeUndefined();
  });

  test("a repeated number may be packed, a single one may not", () => {
    expect([...message(0x12, 2, 1, 2).all(value)]).toHaveLength(1);
    expect(() => message(0x0a, 1, 1)).toThrow(
      "ONNX_BYTES at entry in file: field key of IntIntListEntryProto has wire type 2 in place of 0 at byte 0.",
    );
  });

  test("a list that would fill memory is refused", () => {
    expect(() => [...message(0x10, 1, 0x10, 2).listed(value, 1)]).toThrow(
      "ONNX_TOO_MANY at entry in file: the file holds too many value (expected at most 1).",
    );
  });
});

describe("what is read of the source", () => {
  /** Records the ranges that were asked for. */
  function watched(bytes: Uint8Array) {
    const reads: [number, number][] = [];
    const read = (offset: number, length: number) => {
      reads.push([offset, length]);
      return bytes.subarray(offset, offset + length);
    };
    return { reads, wire: new WireReader({ size: bytes.length, read }, "file") };
  }

  test("payloads are skipped: a megabyte between two fields costs one small read", () => {
    const size = 1 << 20;
    const bytes = new Uint8Array(size + 6);
    bytes.set([0x0a, 0x80, 0x80, 0x40], 0);
    bytes.set([0x10, 0x05], size + 4);
    const { reads, wire } = watched(bytes);
    expect([...wire.fields({ from: 0, to: bytes.length })].map(({ id }) => id)).toEqual([1, 2]);
    expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(10_000);
  });

  test("reading on takes larger and larger windows", () => {
    const { reads, wire } = watched(Uint8Array.from({ length: 1 << 20 }, (_, i) => (i % 2 === 0 ? 0x08 : 1)));
    expect([...wire.fields({ from: 0, to: 1 << 20 })]).toHaveLength(1 << 19);
    expect(reads.length).toBeLessThan(16);
  });
});
