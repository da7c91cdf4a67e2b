import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PartFileReader, PartFiles } from "./part-files.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (size: number, value: number) => new Uint8Array(size).fill(value);

test("what was written is read, however it was cut, and files are used in turn", () => {
  const files = new PartFiles(folder, 2);
  const reader = new PartFileReader(folder);
  const names: string[] = [];
  for (const value of [1, 2, 3]) {
    const name = files.write([bytes(70_000, value), bytes(5, value + 10), bytes(0, 0), bytes(30_000, value)]);
    names.push(name);
    const parts = [new Uint8Array(70_005), new Uint8Array(30_000)];
    expect(reader.fill(name, parts)).toBe(true);
    expect([...parts[0]!.subarray(69_999, 70_002)]).toEqual([value, value + 10, value + 10]);
    expect(parts[1]!.every((each) => each === value)).toBe(true);
  }
  expect(names[2]).toBe(names[0]);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(reader.fill(names[0]!, [new Uint8Array(100_006)])).toBe(false);
  files.close();
});

test("small parts stay in the pipe, and so do those that take long to write", () => {
  const files = new PartFiles(folder, 2);
  expect([[10], [40_000, 40_000], [2 ** 26], [2 ** 26, 1], []].map((sizes) => files.suits(sizes))).toEqual([
    ...[false, true, true, false, false],
  ]);
});
