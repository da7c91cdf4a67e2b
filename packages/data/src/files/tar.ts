import { archiveError } from "../errors.ts";
import type { DataFile } from "./file-set.ts";
import { readRange } from "./place.ts";

const blockSize = 512;

/** Whether the first block of a file is a tar header: its checksum says so. */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= blockSize && block[0] !== 0 && checksum(block) === octal(block.subarray(148, 156));
}

/**
 * The regular files of a tar archive (ustar, GNU long names, pax paths and sizes), by their byte ranges.
 * @throws DATA_ARCHIVE
 */
export function readTar(fd: number, sizeBytes: number, name: string): readonly DataFile[] {
  const files: DataFile[] = [];
  let longName: string | undefined;
  let longSize: number | undefined;
  for (let offset = 0; offset < sizeBytes; ) {
    if (offset + blockSize > sizeBytes) throw archiveError(name, "it ends inside a header");
    const block = readRange(fd, offset, blockSize, name);
    if (block.every((byte) => byte === 0)) break;
    if (!isTarHeader(block)) throw archiveError(name, `the header at byte ${offset} is damaged`);
    const size = longSize ?? octal(block.subarray(124, 136));
    const type = String.fromCharCode(block[156]!);
    const start = offset + blockSize;
    if (start + size > sizeBytes) throw archiveError(name, `it ends at byte ${sizeBytes}, inside one of its entries`);
    offset = start + Math.ceil(size / blockSize) * blockSize;
    if (type === "L") longName = text(readRange(fd, start, size, name));
    else if (type === "x") {
      const fields = paxFields(readRange(fd, start, size, name));
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

/** The sum of the header's bytes, its own field taken as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < blockSize; i++) sum += i >= 148 && i < 156 ? 32 : block[i]!;
  return sum;
}

/** Octal digits; or, with the top bit set, a big-endian number (GNU, for sizes beyond 8 GiB). */
function octal(field: Uint8Array): number {
  if (field[0]! & 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.parseInt(text(field).trim() || "0", 8);
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
}

function headerName(block: Uint8Array): string {
  const prefix = text(block.subarray(257, 262)) === "ustar" ? text(block.subarray(345, 500)) : "";
  const name = text(block.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** "27 path=some/long/name\n" … */
function paxFields(bytes: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(text(bytes.subarray(at, at + 20)), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]*)=([\s\S]*)\n$/.exec(text(bytes.subarray(at, at + length))) ?? [];
    if (key !== undefined) fields.set(key, value!);
    at += length;
  }
  return fields;
}
