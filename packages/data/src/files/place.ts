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

/** @throws DATA_ARCHIVE where the bytes are not there */
export function readPlace(place: Place): Uint8Array {
  if (place.kind === "range") return readRange(place.fd, place.offset, place.size);
  if (place.kind === "zip") return readZipEntry(place);
  const fd = openSync(place.path, "r");
  try {
    return readRange(fd, 0, place.size, place.path);
  } finally {
    closeSync(fd);
  }
}

/** @throws DATA_ARCHIVE */
export function readRange(fd: number, offset: number, length: number, path?: string): Uint8Array {
  const bytes = new Uint8Array(length);
  fillRange(fd, offset, bytes, path);
  return bytes;
}

/** Into memory that is there: where there are many small ranges. @throws DATA_ARCHIVE */
export function fillRange(fd: number, offset: number, bytes: Uint8Array, path?: string): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(fd, bytes, done, bytes.length - done, offset + done);
    if (count === 0) throw archiveError(path, `it ends at byte ${offset + done}, inside one of its entries`);
    done += count;
  }
}

function readZipEntry({ fd, offset, size, storedSize, isDeflated }: Extract<Place, { kind: "zip" }>): Uint8Array {
  const header = Buffer.from(readRange(fd, offset, 30));
  if (header.readUInt32LE(0) !== 0x04034b50) throw archiveError(undefined, `there is no entry at byte ${offset}`);
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const stored = readRange(fd, start, storedSize);
  if (!isDeflated) return stored;
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw archiveError(undefined, `the entry at byte ${offset} cannot be unpacked: ${String(cause)}`);
  }
}
