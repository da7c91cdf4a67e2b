/**
 * One checkpoint in one file.
 *
 *   "PARECKPT", header length (uint32), header (JSON), tensors one after the other, SHA-256 of all before it
 *
 * Numbers are little-endian. The header has what the tensors are and how long each is, so a file that was cut off is known
 * by its length and one that was damaged by its digest.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Checkpoint } from "@pare/pass";
import { type DType, FileSource, makeTensor, SliceSource, windows } from "@pare/tensor";

const magic = Buffer.from("PARECKPT");
const prefixBytes = magic.length + 4;
const digestBytes = 32;

interface Header {
  readonly facts: unknown;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly bytes: number;
  }[];
}

/** Writes the file anew, and waits until the disk has it. */
export async function writeCheckpointFile(path: string, { facts, tensors }: Checkpoint): Promise<void> {
  await using file = await open(path, "w");
  const hash = createHash("sha256");
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes);
    await writeAll(file, bytes);
  };
  const list = [...tensors].map(([name, { dtype, shape, source }]) => ({ name, dtype, shape, bytes: source.size }));
  const header = Buffer.from(JSON.stringify({ facts, tensors: list } satisfies Header));
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(header.length, magic.length);
  for (const bytes of [prefix, header]) await write(bytes);
  for (const { source } of tensors.values()) for (const bytes of windows(source)) await write(bytes);
  await writeAll(file, hash.digest());
  await file.sync();
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

/** Undefined where there is no such file, or not a whole one. The tensors are read from the file when they are asked for. */
export function readCheckpointFile(path: string): Checkpoint | undefined {
  try {
    const file = new FileSource(path);
    const prefix = Buffer.from(file.read(0, prefixBytes));
    const start = prefixBytes + prefix.readUInt32LE(magic.length);
    const header = JSON.parse(Buffer.from(file.read(prefixBytes, start - prefixBytes)).toString()) as Header;
    const end = header.tensors.reduce((sum, { bytes }) => sum + bytes, start);
    if (!prefix.subarray(0, magic.length).equals(magic) || file.size !== end + digestBytes) return undefined;
    const hash = createHash("sha256");
    for (const bytes of windows(new SliceSource(file, 0, end))) hash.update(bytes);
    if (!hash.digest().equals(file.read(end, digestBytes))) return undefined;
    return { facts: header.facts, tensors: new Map(tensorsOf(header, file, start)) };
  } catch {
    return undefined;
  }
}

function* tensorsOf({ tensors }: Header, file: FileSource, start: number) {
  let at = start;
  for (const { name, dtype, shape, bytes } of tensors) {
    yield [name, makeTensor(dtype, shape, new SliceSource(file, at, bytes))] as const;
    at += bytes;
  }
}
