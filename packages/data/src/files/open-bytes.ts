import { closeSync, fstatSync, openSync } from "node:fs";
import type { ByteSource } from "@pare/tensor";
import { fileStat } from "./file-set.ts";
import { readRange } from "./place.ts";
import { unpack } from "./unpack.ts";

/**
 * The bytes of a file, read where they are wanted; of a gzip file, its uncompressed bytes.
 * @throws DATA_MISSING, DATA_FILE, DATA_ARCHIVE
 */
export async function openBytes(path: string): Promise<ByteSource> {
  fileStat(path);
  const plain = openSync(path, "r");
  const start = readRange(plain, 0, Math.min(2, fstatSync(plain).size), path);
  const isPacked = start[0] === 0x1f && start[1] === 0x8b;
  if (isPacked) closeSync(plain);
  const fd = isPacked ? await unpack(path) : plain;
  return { size: fstatSync(fd).size, read: (offset, length) => readRange(fd, offset, length, path) };
}
