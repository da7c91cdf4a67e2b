import { archiveError } from "../errors.ts";
import type { DataFile } from "./file-set.ts";
import { readRange } from "./place.ts";

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const entrySignature = 0x02014b50;

/**
 * The files of a zip archive (stored or deflated; zip64) by its central directory.
 * @throws DATA_ARCHIVE
 */
export function readZip(fd: number, sizeBytes: number, name: string): readonly DataFile[] {
  const { offset, length, entries } = findDirectory(fd, sizeBytes, name);
  if (offset + length > sizeBytes) throw archiveError(name, "its directory lies outside the file");
  const directory = Buffer.from(readRange(fd, offset, length, name));
  const files: DataFile[] = [];
  for (let at = 0, i = 0; i < entries; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== entrySignature)
      throw archiveError(name, `entry ${i} of its directory is damaged`);
    const sizes = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [number, number, number];
    const nameEnd = at + 46 + sizes[0];
    const path = directory.toString("utf8", at + 46, nameEnd);
    const extra = directory.subarray(nameEnd, nameEnd + sizes[1]);
    if (!path.endsWith("/")) files.push({ path, place: placeOf(directory, at, extra, fd, `${path} in ${name}`) });
    at = nameEnd + sizes[1] + sizes[2];
  }
  return files;
}

function findDirectory(fd: number, sizeBytes: number, name: string) {
  const length = Math.min(sizeBytes, 65_557);
  const start = sizeBytes - length;
  const tail = Buffer.from(readRange(fd, start, length, name));
  for (let at = length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endSignature) continue;
    if (tail.readUInt32LE(at + 16) !== 0xffffffff && tail.readUInt16LE(at + 10) !== 0xffff)
      return {
        entries: tail.readUInt16LE(at + 10),
        length: tail.readUInt32LE(at + 12),
        offset: tail.readUInt32LE(at + 16),
      };
    const at64 = at < 20 ? -1 : Number(tail.readBigUInt64LE(at - 12));
    if (at64 < 0 || at64 + 56 > sizeBytes) break;
    const end = Buffer.from(readRange(fd, at64, 56, name));
    if (end.readUInt32LE(0) !== end64Signature) break;
    return {
      entries: Number(end.readBigUInt64LE(32)),
      length: Number(end.readBigUInt64LE(40)),
      offset: Number(end.readBigUInt64LE(48)),
    };
  }
  throw archiveError(name, "it has no directory: the file may be incomplete");
}

function placeOf(directory: Buffer, at: number, extra: Buffer, fd: number, name: string): DataFile["place"] {
  const flags = directory.readUInt16LE(at + 8);
  const method = directory.readUInt16LE(at + 10);
  if (flags & 1) throw archiveError(name, "it is encrypted");
  if (method !== 0 && method !== 8) throw archiveError(name, `its compression method ${method} is not supported`);
  const large = zip64Values(extra);
  const value = (field: number) => {
    const small = directory.readUInt32LE(at + field);
    return small === 0xffffffff ? Number(large.shift() ?? 0n) : small;
  };
  const size = value(24);
  const storedSize = value(20);
  return { kind: "zip", fd, offset: value(42), size, storedSize, isDeflated: method === 8 };
}

/** The 64-bit values of the extra field 1, in their fixed order: size, stored size, offset, each only where needed. */
function zip64Values(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const count = Math.floor(Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4) / 8);
    return Array.from({ length: count }, (_, i) => extra.readBigUInt64LE(at + 4 + i * 8));
  }
  return [];
}
