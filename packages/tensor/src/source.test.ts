import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileSource, MemorySource, maxWindowBytes, SliceSource, sameBytes, windows } from "./source.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-source-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const ten = Uint8Array.from({ length: 10 }, (_, i) => i);

describe("sources", () => {
  it("reads the same from memory, a file and a slice of a slice", () => {
    const source = new FileSource(file("ten", ten));
    const slice = new SliceSource(new SliceSource(source, 2, 6), 1, 4);
    expect([...new MemorySource(ten).read(3, 4)]).toEqual([3, 4, 5, 6]);
    expect([...slice.read(0, 4)]).toEqual([3, 4, 5, 6]);
    expect(slice.base).toBe(source);
    expect(slice.offset).toBe(3);
  });

  it("does not read beyond its end, nor more than a window", () => {
    expect(() => new MemorySource(ten).read(8, 3)).toThrow(/DATA_RANGE: bytes 8 to 11 are not there/);
    expect(() => new SliceSource(new MemorySource(ten), 8, 3)).toThrow(/DATA_RANGE/);
    expect(() => new SliceSource(new MemorySource(ten), 2, 4).read(-1, 2)).toThrow(/DATA_RANGE/);
    const huge = { size: 2 ** 40, read: () => ten };
    expect(() => new SliceSource(huge, 0, 2 ** 40).read(0, maxWindowBytes + 1)).toThrow(/DATA_RANGE/);
  });

  it("says so when a file has shrunk since it was opened", () => {
    const path = file("shrinks", ten);
    const source = new FileSource(path);
    truncateSync(path, 4);
    expect(() => source.read(2, 6)).toThrow(/DATA_RANGE at .*shrinks/);
  });

  it("walks in windows and compares without reading all", () => {
    expect([...windows(new MemorySource(ten), 4)].map((window) => window.length)).toEqual([4, 4, 2]);
    const other = Uint8Array.from(ten);
    expect(sameBytes(new MemorySource(ten), new MemorySource(other), 3)).toBe(true);
    other[9] = 0;
    expect(sameBytes(new MemorySource(ten), new MemorySource(other), 3)).toBe(false);
    expect(sameBytes(new MemorySource(ten), new MemorySource(ten.subarray(1)))).toBe(false);
  });
});
