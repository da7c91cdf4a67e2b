import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeFrame, type Frame, FrameReader, readFrameSync, writeFrameSync } from "./frames.ts";

interface Header {
  readonly op: string;
}

const parts = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(200_000).fill(7)];
const sizes = parts.map((part) => part.length);

function readAll(bytes: Uint8Array, step: number): Frame<Header>[] {
  const frames: Frame<Header>[] = [];
  const reader = new FrameReader<Header>((frame) => frames.push(frame));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  return frames;
}

test.each([1, 3, 4, 65_536, 10_000_000])("frames arrive whole from buffers of %i bytes", (step) => {
  const bytes = Buffer.concat([
    ...encodeFrame({ op: "first" }, sizes, parts),
    ...encodeFrame({ op: "empty" }, [], []),
    ...encodeFrame({ op: "zeros" }, [0, 0], []),
  ]);
  const frames = readAll(bytes, step);
  expect(frames.map(({ header }) => header.op)).toEqual(["first", "empty", "zeros"]);
  expect(frames.map((frame) => frame.parts.map((part) => part.length))).toEqual([sizes, [], [0, 0]]);
  expect(frames[0]!.parts[0]).toEqual(parts[0]);
  expect(frames[0]!.parts[2]!.every((value) => value === 7)).toBe(true);
});

test("a small message is one buffer, a large part is passed on without a copy", () => {
  expect([...encodeFrame({ op: "run" }, [3], [parts[0]!])]).toHaveLength(1);
  const chunks = [...encodeFrame({ op: "run" }, [200_000], [parts[2]!])];
  expect(chunks[1]).toBe(parts[2]);
});

test("parts are read from their chunks only as the frame is written", () => {
  let reads = 0;
  const source = function* () {
    for (; reads < 3; reads++) yield new Uint8Array(100_000);
  };
  const frame = encodeFrame({ op: "run" }, [300_000], source());
  frame.next();
  frame.next();
  expect(reads).toBeLessThan(3);
});

const folder = mkdtempSync(join(tmpdir(), "pare-frames-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("blocking descriptors: what is written is read, then the end", () => {
  const path = join(folder, "pipe");
  const writer = openSync(path, "w");
  writeFrameSync(writer, { op: "naïve ☃" }, parts);
  writeFrameSync(writer, { op: "second" });
  const reader = openSync(path, "r");
  const first = readFrameSync<Header>(reader);
  expect(first?.header.op).toBe("naïve ☃");
  expect(first?.parts.map((part) => part.length)).toEqual(sizes);
  expect(readFrameSync<Header>(reader)?.header.op).toBe("second");
  expect(readFrameSync<Header>(reader)).toBeUndefined();
});
