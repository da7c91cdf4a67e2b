import { archiveError } from "../errors.ts";
import type { DataFile } from "./file-set.ts";
import { fillRange, readRange } from "./place.ts";

const blockSize = 512;

/** Whether the first block of a file is a tar header: its checksum says so. */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= blockSize && block[0] !== 0 && checksum(block) === octal(block, 148, 156);
}

/**
 * The regular files of a tar archive (ustar, GNU long names, pax paths and sizes), by their byte ranges.
 * @throws DATA_ARCHIVE
 */
export function readTar(fd: number, sizeBytes: number, name: string): readonly DataFile[] {
  const files: DataFile[] = [];
  let longName: string | undefined;
  let longSize: number | undefined;
  const header = headerReader(fd, sizeBytes, name);
  for (let offset = 0; offset < sizeBytes; ) {
    if (offset + blockSize > sizeBytes) throw archiveError(name, "it ends inside a header");
    const block = header(offset);
    if (block[0] === 0 && block.every((byte) => byte === 0)) break;
    if (!isTarHeader(block)) throw archiveError(name, `the header at byte ${offset} is damaged`);
    const size = longSize ?? octal(block, 124, 136);
    const type = String.fromCharCode(block[156]!);
    const start = offset + blockSize;
    if (start + size > sizeBytes) throw archiveError(name, `it ends at byte ${sizeBytes}, inside one of its entries`);
    offset = start + Math.ceil(size / blockSize) * blockSize;
    if (type === "L") longName = text(Buffer.from(readRange(fd, start, size, name)));
    else if (type === "x") {
      const fields = paxFields(Buffer.from(readRange(fd, start, size, name)));
      longName = fields.get("path") ?? longName;
      longSize = fields.has("size") ? Number(fields.get("size")) : undefined;
    } else {
      if (type === "0" || type === "\0")
        files.push({ path: longName ?? headerName(block), place: { kind: "range", fd, offset: start, size } });
      longName = undefined;
      longSize = undefined;
    }
  }
  return files;
}

/** Small files lie a few blocks apart: one read covers the headers of hundreds of them. */
const windowSize = 256 * 1024;

/** Gives the block at an offset; it holds until the next is asked for. */
function headerReader(fd: number, sizeBytes: number, name: string): (offset: number) => Buffer {
  const window = Buffer.alloc(Math.min(windowSize, sizeBytes));
  let [from, to] = [0, 0];
  return (offset) => {
    if (offset < from || offset + blockSize > to) {
      // After a large file the next header is likely to be far away as well.
      const length = Math.min(window.length, sizeBytes - offset, offset > to + windowSize ? blockSize : windowSize);
      fillRange(fd, offset, window.subarray(0, length), name);
      [from, to] = [offset, offset + length];
    }
    return window.subarray(offset - from, offset - from + blockSize);
  };
}

/** The sum of the header's bytes, its own field taken as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < blockSize; i++) sum += i >= 148 && i < 156 ? 32 : block[i]!;
  return sum;
}

/** Octal digits after spaces; or, with the top bit set, a big-endian number (GNU, for sizes beyond 8 GiB). */
function octal(block: Uint8Array, start: number, end: number): number {
  let value = 0;
  if (block[start]! & 0x80) {
    for (let i = start + 1; i < end; i++) value = value * 256 + block[i]!;
    return value;
  }
  let at = start;
  while (at < end && block[at] === 0x20) at++;
  for (; at < end && block[at]! >= 0x30 && block[at]! < 0x38; at++) value = value * 8 + block[at]! - 0x30;
  return value;
}

/** Up to the first zero byte. */
function text(bytes: Buffer, start = 0, end = bytes.length): string {
  const zero = bytes.indexOf(0, start);
  return bytes.toString("utf8", start, zero < 0 ? end : Math.min(zero, end));
}

function headerName(block: Buffer): string {
  const prefix = text(block, 257, 262) === "ustar" ? text(block, 345, 500) : "";
  const name = text(block, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** "27 path=some/long/name\n" … */
function paxFields(bytes: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(text(bytes, at, at + 20), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]*)=([\s\S]*)\n$/.exec(text(bytes, at, at + length)) ?? [];
    if (key !== undefined) fields.set(key, value!);
    at += length;
  }
  return fields;
}
