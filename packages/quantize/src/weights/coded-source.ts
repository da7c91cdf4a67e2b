import { chooseKernels, type Grids } from "@pare/kernels";
import { type ByteSource, checkRange, elementCount, MemorySource, SliceSource, type Tensor } from "@pare/tensor";
import type { Layout } from "./layout.ts";
import { codesOf } from "./scan.ts";

/** Codes of more bytes than this are computed when they are read, not kept. */
const largestKept = 1 << 20;

/**
 * The codes of a weight as bytes. Those of a large weight that lies in a file are computed anew each time they are read,
 * so that a model larger than memory passes through; they are never held.
 */
export function codedBytes(tensor: Tensor, layout: Layout, grids: Grids, bits: 4 | 8): ByteSource {
  const lazy = new CodedSource(tensor, layout, grids, bits);
  return lazy.size <= largestKept || isInMemory(tensor.source) ? new MemorySource(readAll(lazy)) : lazy;
}

class CodedSource implements ByteSource {
  readonly size: number;
  readonly #tensor: Tensor;
  readonly #layout: Layout;
  readonly #grids: Grids;
  readonly #perByte: number;
  readonly #elements: number;

  constructor(tensor: Tensor, layout: Layout, grids: Grids, bits: 4 | 8) {
    this.#tensor = tensor;
    this.#layout = layout;
    this.#grids = grids;
    this.#perByte = 8 / bits;
    this.#elements = elementCount(tensor.shape);
    this.size = Math.ceil(this.#elements / this.#perByte);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    const start = offset * this.#perByte;
    const end = Math.min((offset + length) * this.#perByte, this.#elements);
    const codes = codesOf(this.#tensor, this.#layout, this.#grids, start, end);
    if (this.#perByte === 1) return codes;
    const packed = new Uint8Array(length);
    chooseKernels().packNibbles(codes, packed);
    return packed;
  }
}

export function isInMemory(source: ByteSource): boolean {
  return source instanceof MemorySource || (source instanceof SliceSource && source.base instanceof MemorySource);
}

/** All bytes of a source that fits in memory; read in windows. */
export function readAll(source: ByteSource, window = 1 << 22): Uint8Array {
  const bytes = new Uint8Array(source.size);
  for (let from = 0; from < source.size; from += window)
    bytes.set(source.read(from, Math.min(window, source.size - from)), from);
  return bytes;
}
