import { readWhole, writeWhole } from "./blocking.ts";
import type { PartFileReader } from "./part-files.ts";
import type { Framed } from "./protocol.ts";

/** A header and the bytes of its parts. */
export interface Frame<Header> {
  readonly header: Header;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** Parts below this join the header in one buffer, so that a small message is one system call. */
const joinBytes = 64 * 1024;

/**
 * The frame's bytes as buffers to be written in order; large parts are passed on as they are, not copied.
 * `sizes` are the parts' lengths, `chunks` their bytes, cut anywhere.
 */
export function* encodeFrame(
  header: object,
  sizes: readonly number[],
  chunks: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  const json = Buffer.from(JSON.stringify({ ...header, sizes } satisfies Framed));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  let held: Uint8Array[] = [length, json];
  let heldBytes = 4 + json.length;
  for (const chunk of chunks) {
    if (heldBytes + chunk.length > joinBytes) {
      if (held.length > 0) yield Buffer.concat(held);
      held = [];
      heldBytes = 0;
    }
    if (chunk.length > joinBytes) yield chunk;
    else {
      held.push(chunk);
      heldBytes += chunk.length;
    }
  }
  if (held.length > 0) yield Buffer.concat(held);
}

/** Puts frames together from buffers cut anywhere. Each part is one allocation, filled in place. */
export class FrameReader<Header extends object> {
  readonly #onFrame: (frame: Frame<Header>) => void;
  #target: Uint8Array<ArrayBuffer> = new Uint8Array(4);
  #filled = 0;
  #stage: "length" | "header" | "parts" = "length";
  #header: (Header & Framed) | undefined;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  constructor(onFrame: (frame: Frame<Header>) => void) {
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; ) {
      const count = Math.min(bytes.length - offset, this.#target.length - this.#filled);
      this.#target.set(bytes.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled === this.#target.length) this.#advance();
    }
  }

  #advance(): void {
    if (this.#stage === "length") {
      this.#expect("header", new DataView(this.#target.buffer).getUint32(0, true));
      return;
    }
    if (this.#stage === "header") {
      this.#header = JSON.parse(new TextDecoder().decode(this.#target));
      this.#parts = [];
    } else {
      this.#parts.push(this.#target);
    }
    this.#nextPart(this.#header!);
  }

  #nextPart(header: Header & Framed): void {
    while (header.sizes[this.#parts.length] === 0) this.#parts.push(new Uint8Array(0));
    const size = header.sizes[this.#parts.length];
    if (size !== undefined) {
      this.#expect("parts", size);
      return;
    }
    this.#expect("length", 4);
    this.#onFrame({ header, parts: this.#parts });
  }

  #expect(stage: "length" | "header" | "parts", size: number): void {
    this.#stage = stage;
    this.#target = new Uint8Array(size);
    this.#filled = 0;
  }
}

/**
 * Buffers of the request before, for the next one: fresh memory costs more than the bytes that are read into it (the
 * system hands it out page by page), and batches of one size follow each other.
 */
export class PartPool {
  #free: Uint8Array<ArrayBuffer>[] = [];

  take(size: number): Uint8Array<ArrayBuffer> {
    const index = this.#free.findIndex((part) => part.length === size);
    return index < 0 ? new Uint8Array(size) : this.#free.splice(index, 1)[0]!;
  }

  /** What was free before and not taken is let go. */
  giveBack(parts: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#free = [...parts];
  }
}

/** Waits for the next frame on a blocking descriptor; undefined when the other side has closed it. */
export function readFrameSync<Header extends object>(
  fd: number,
  pool = new PartPool(),
  files?: PartFileReader,
): Frame<Header> | undefined {
  const length = new Uint8Array(4);
  if (!readWhole(fd, length, null)) return undefined;
  const json = new Uint8Array(new DataView(length.buffer).getUint32(0, true));
  if (!readWhole(fd, json, null)) return undefined;
  const header: Header & Framed = JSON.parse(new TextDecoder().decode(json));
  const parts = header.sizes.map((size) => pool.take(size));
  if (header.file === undefined) for (const part of parts) if (!readWhole(fd, part, null)) return undefined;
  if (header.file !== undefined && files?.fill(header.file, parts) !== true) return undefined;
  return { header, parts };
}

export function writeFrameSync(fd: number, header: object, parts: readonly Uint8Array[] = []): void {
  const sizes = parts.map((part) => part.byteLength);
  for (const bytes of encodeFrame(header, sizes, parts)) writeWhole(fd, bytes, null);
}
