import { closeSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { archiveError } from "../errors.ts";

/** Where the bytes of one file are. Plain data: it goes to worker threads as it is. */
export type Place =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  /** A range of an open file. */
  | { readonly kind: "range"; readonly fd: number; readonly offset: number; readonly size: number }
  /** An entry of a zip archive; `offset` is that of its local header. */
  | {
      readonly kind: "zip";
      readonly fd: number;
      readonly offset: number;
      readonly size: number;
      readonly storedSize: number;
      readonly isDeflated: boolean;
    };

/** Gives memory for so many bytes. */
export type ReadMemory = (sizeBytes: number) => Uint8Array;

const freshMemory: ReadMemory = (sizeBytes) => new Uint8Array(sizeBytes);

/** The same memory for every read, which overwrites what was read before: for those who are done with it by then. */
export function sharedMemory(): ReadMemory {
  let held = new Uint8Array(0);
  return (sizeBytes) => {
    if (held.length < sizeBytes) held = new Uint8Array(Math.max(sizeBytes, 2 * held.length));
    return held.subarray(0, sizeBytes);
  };
}

/**
 * @param memory where the bytes go; default: memory of their own
 * @throws DATA_ARCHIVE where the bytes are not there
 */
export function readPlace(place: Place, memory = freshMemory): Uint8Array {
  if (place.kind === "range") return fillRange(place.fd, place.offset, memory(place.size));
  if (place.kind === "zip") return readZipEntry(place, memory);
  const fd = openSync(place.path, "r");
  try {
    return fillRange(fd, 0, memory(place.size), place.path);
  } finally {
    closeSync(fd);
  }
}

/** @throws DATA_ARCHIVE */
export function readRange(fd: number, offset: number, length: number, path?: string): Uint8Array {
  return fillRange(fd, offset, new Uint8Array(length), path);
}

/** Reads until `bytes` is full, and gives it back. @throws DATA_ARCHIVE */
export function fillRange(fd: number, offset: number, bytes: Uint8Array, path?: string): Uint8Array {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(fd, bytes, done, bytes.length - done, offset + done);
    if (count === 0) throw archiveError(path, `it ends at byte ${offset + done}, inside one of its entries`);
    done += count;
  }
  return bytes;
}

function readZipEntry(place: Extract<Place, { kind: "zip" }>, memory: ReadMemory): Uint8Array {
  const { fd, offset, size, storedSize, isDeflated } = place;
  const header = Buffer.from(readRange(fd, offset, 30));
  if (header.readUInt32LE(0) !== 0x04034b50) throw archiveError(undefined, `there is no entry at byte ${offset}`);
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const stored = fillRange(fd, start, memory(storedSize));
  if (!isDeflated) return stored;
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw archiveError(undefined, `the entry at byte ${offset} cannot be unpacked: ${String(cause)}`);
  }
}
