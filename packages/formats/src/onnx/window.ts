import { type ByteSource, FileSource, MemorySource, maxWindowBytes } from "@pare/tensor";

const smallestReadBytes = 4 * 1024;
const largestReadBytes = 256 * 1024;

/**
 * A moving view of a source for reading its structure: small after a jump (the next header between two weights),
 * larger as reading goes on (a list of nodes). Memory: at most 256 KiB, or one long string.
 */
export class Window {
  readonly source: ByteSource;
  bytes: Uint8Array;
  view: DataView;
  /** Position in the source of the first byte. */
  base = 0;
  #length = 0;
  #readBytes = smallestReadBytes;

  constructor(source: ByteSource) {
    this.source = source;
    const isInMemory = source instanceof MemorySource;
    this.bytes = isInMemory ? source.bytes : new Uint8Array(0);
    this.view = viewOf(this.bytes);
    this.#length = isInMemory ? source.size : 0;
  }

  /** Makes `count` bytes from `at` on available, or as many as the source has; gives the index of `at` in `bytes`. */
  seek(at: number, count: number): number {
    const isThere = at >= this.base && (at + count <= this.end || this.end === this.source.size);
    if (!isThere) this.#move(at, count);
    return at - this.base;
  }

  /** The end, in the source, of what is available. */
  get end(): number {
    return this.base + this.#length;
  }

  #move(at: number, count: number): void {
    const { source } = this;
    if (source instanceof MemorySource) return;
    const goesOn = at >= this.base && at <= this.end;
    this.#readBytes = goesOn ? Math.min(this.#readBytes * 2, largestReadBytes) : smallestReadBytes;
    const length = Math.min(Math.max(count, this.#readBytes), source.size - at, maxWindowBytes);
    this.bytes = this.#read(at, length);
    this.view = viewOf(this.bytes);
    this.base = at;
    this.#length = length;
  }

  #read(at: number, length: number): Uint8Array {
    if (!(this.source instanceof FileSource)) return this.source.read(at, length);
    const reuse = this.bytes.length >= length && this.bytes.length <= largestReadBytes;
    const bytes = reuse ? this.bytes : new Uint8Array(Math.max(length, smallestReadBytes));
    this.source.readInto(bytes.subarray(0, length), at);
    return bytes;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
