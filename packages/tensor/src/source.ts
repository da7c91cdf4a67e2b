import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { byteRangeError } from "./errors.ts";

/** Random access to bytes that may be larger than memory. One read returns at most `maxWindowBytes`. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** The returned bytes belong to the caller's view only while it does not write to them: they may be shared. */
  read(offset: number, length: number): Uint8Array;
}

/** 64 MiB: a tensor may exceed any Buffer, so everything that walks one does it in windows. */
export const maxWindowBytes = 64 * 1024 * 1024;

export class MemorySource implements ByteSource {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    return this.bytes.subarray(offset, offset + length);
  }
}

/**
 * An open file. Its size is taken once, when it is opened; a file that shrinks afterwards gives an error, not garbage.
 * `identity` (device, inode) tells whether two paths are the same file.
 */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly identity: string;
  readonly #fd: number;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, "r");
    const stat = fstatSync(this.#fd, { bigint: true });
    this.size = Number(stat.size);
    this.identity = `${stat.dev}:${stat.ino}`;
    openFiles.register(this, this.#fd);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    const bytes = Buffer.allocUnsafeSlow(length);
    this.readInto(bytes, offset);
    return bytes;
  }

  /** Fills `target` from `offset` on. */
  readInto(target: Uint8Array, offset: number): void {
    for (let done = 0; done < target.length; ) {
      const got = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (got === 0) throw byteRangeError(offset, target.length, this.size, this.path);
      done += got;
    }
  }
}

/** A model keeps its file open as long as a tensor can still be read from it: closed when nothing refers to it. */
const openFiles = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** A window of another source. Windows of windows refer to the innermost source. */
export class SliceSource implements ByteSource {
  readonly base: ByteSource;
  readonly offset: number;
  readonly size: number;

  constructor(base: ByteSource, offset: number, size: number) {
    if (offset < 0 || size < 0 || offset + size > base.size) throw byteRangeError(offset, size, base.size);
    const inner = base instanceof SliceSource ? base : undefined;
    this.base = inner?.base ?? base;
    this.offset = (inner?.offset ?? 0) + offset;
    this.size = size;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    return this.base.read(this.offset + offset, length);
  }
}

export function checkRange(source: ByteSource, offset: number, length: number): void {
  if (length > maxWindowBytes || offset < 0 || length < 0 || offset + length > source.size)
    throw byteRangeError(offset, length, source.size);
}

/** The source's bytes in windows of at most `windowBytes`, in order. */
export function* windows(source: ByteSource, windowBytes = 4 * 1024 * 1024): Generator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += windowBytes)
    yield source.read(offset, Math.min(windowBytes, source.size - offset));
}

/** Fills `target` with the bytes from `offset` on; from a file without an array in between. */
export function readInto(source: ByteSource, target: Uint8Array, offset: number): void {
  if (source instanceof FileSource) source.readInto(target, offset);
  else if (source instanceof SliceSource) {
    checkRange(source, offset, target.length);
    readInto(source.base, target, source.offset + offset);
  } else target.set(source.read(offset, target.length));
}

/** Two windows of this size stay in a processor's second-level cache while they are compared. */
const compareBytes = 64 * 1024;

/** Same length and same bytes; stops at the first difference. */
export function sameBytes(a: ByteSource, b: ByteSource, windowBytes = compareBytes): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  const size = Math.min(windowBytes, a.size);
  const [left, right] = [new Uint8Array(size), new Uint8Array(size)];
  for (let offset = 0; offset < a.size; offset += windowBytes) {
    const length = Math.min(windowBytes, a.size - offset);
    const [x, y] = [left.subarray(0, length), right.subarray(0, length)];
    readInto(a, x, offset);
    readInto(b, y, offset);
    if (Buffer.compare(x, y) !== 0) return false;
  }
  return true;
}
