import { MemorySource, SliceSource } from "@pare/tensor";
import { expect, test } from "vitest";
import { Rope } from "./rope.ts";
import { ropeBytes } from "./save.ts";

const source = new MemorySource(Uint8Array.of(0, 1, 2, 3, 4, 5));

test("ranges that continue each other are one piece, through slices too", () => {
  const rope = new Rope().range(source, { from: 1, to: 3 }).range(new SliceSource(source, 3, 2));
  expect(rope.pieces).toEqual([{ kind: "range", source, from: 1, to: 5 }]);
  expect(rope.isRange(source, { from: 1, to: 5 })).toBe(true);
  expect(rope.isRange(new SliceSource(source, 1, 5), { from: 0, to: 4 })).toBe(true);
  expect(rope.isRange(source, { from: 1, to: 4 })).toBe(false);
});

test("bytes, ranges, zeros and other ropes follow each other", () => {
  const inner = new Rope().bytes(Uint8Array.of(9)).range(source, { from: 4, to: 6 });
  const rope = new Rope().bytes(Uint8Array.of(7)).zeros(2).rope(inner).bytes(Uint8Array.of(8));
  expect([...ropeBytes(rope)]).toEqual([7, 0, 0, 9, 4, 5, 8]);
  expect(rope.size).toBe(7);
});

test.each([
  [0, [0]],
  [300, [0xac, 0x02]],
  [2 ** 40, [0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
  [-1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  [-(2n ** 63n), [128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
])("the varint of %d", (value, bytes) => {
  expect([...ropeBytes(new Rope().varint(value))]).toEqual(bytes);
});

test("fields have tags and lengths", () => {
  const rope = new Rope()
    .field({ id: 7 }, new Rope().int({ id: 1 }, 5))
    .text({ id: 200 }, "ß")
    .tag({ id: 2 }, 5)
    .float(1);
  expect([...ropeBytes(rope)]).toEqual([0x3a, 2, 8, 5, 0xc2, 0x0c, 2, 0xc3, 0x9f, 0x15, 0, 0, 0x80, 0x3f]);
});

test("many small writes are one piece", () => {
  const rope = new Rope();
  for (let i = 0; i < 1000; i++) rope.varint(i);
  expect(rope.pieces).toHaveLength(1);
  expect(rope.size).toBe(128 + 872 * 2);
});
