import { type ByteSource, SliceSource } from "@pare/tensor";
import type { FieldSpec } from "./schema.ts";
import { encodeText } from "./text.ts";
import type { Span } from "./wire.ts";

/** A piece of an output file: bytes made now, bytes that lie in a source, or zeros. */
export type Piece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "range"; readonly source: ByteSource; readonly from: number; readonly to: number }
  | { readonly kind: "zeros"; readonly count: number };

/**
 * Bytes to be written, weights by reference. Ranges that continue each other become one, so what was not changed ends
 * as a few large pieces that are copied at once.
 */
export class Rope {
  #size = 0;
  readonly #pieces: Piece[] = [];
  /** Small bytes not yet made a piece. */
  #tail: Uint8Array = none;
  #tailLength = 0;

  get size(): number {
    return this.#size;
  }

  get pieces(): readonly Piece[] {
    this.#closeTail();
    return this.#pieces;
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length).set(bytes, this.#tailLength);
    this.#tailLength += bytes.length;
    this.#size += bytes.length;
    return this;
  }

  /** All of a source, or a part of it. */
  range(source: ByteSource, span: Span = { from: 0, to: source.size }): this {
    if (source instanceof SliceSource)
      return this.range(source.base, { from: source.offset + span.from, to: source.offset + span.to });
    const { from, to } = span;
    if (to === from) return this;
    this.#size += to - from;
    this.#closeTail();
    const last = this.#pieces.at(-1);
    if (last?.kind === "range" && last.source === source && last.to === from)
      this.#pieces[this.#pieces.length - 1] = { ...last, to };
    else this.#pieces.push({ kind: "range", source, from, to });
    return this;
  }

  zeros(count: number): this {
    if (count === 0) return this;
    this.#closeTail();
    this.#pieces.push({ kind: "zeros", count });
    this.#size += count;
    return this;
  }

  rope(other: Rope): this {
    for (const piece of other.pieces) {
      if (piece.kind === "bytes") this.bytes(piece.bytes);
      else if (piece.kind === "range") this.range(piece.source, piece);
      else this.zeros(piece.count);
    }
    return this;
  }

  /** Whether this is exactly that part of that source. */
  isRange(source: ByteSource, span: Span): boolean {
    if (source instanceof SliceSource)
      return this.isRange(source.base, { from: source.offset + span.from, to: source.offset + span.to });
    const [piece, ...others] = this.pieces;
    if (piece === undefined) return span.from === span.to;
    const isWhole = others.length === 0 && piece.kind === "range" && piece.source === source;
    return isWhole && piece.from === span.from && piece.to === span.to;
  }

  varint(value: number | bigint): this {
    const out = this.#reserve(10);
    let at = this.#tailLength;
    if (typeof value === "number" && value >= 0) {
      let rest = value;
      for (; rest > 127; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
      out[at++] = rest;
    } else {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) out[at++] = Number(rest & 127n) | 128;
      out[at++] = Number(rest);
    }
    this.#size += at - this.#tailLength;
    this.#tailLength = at;
    return this;
  }

  float(value: number): this {
    const out = this.#reserve(4);
    new DataView(out.buffer, out.byteOffset).setFloat32(this.#tailLength, value, true);
    this.#tailLength += 4;
    this.#size += 4;
    return this;
  }

  tag({ id }: Pick<FieldSpec, "id">, wire: 0 | 1 | 2 | 5): this {
    return this.varint(id * 8 + wire);
  }

  /** A field with a length: a message, a text, bytes. */
  field(spec: Pick<FieldSpec, "id">, payload: Rope): this {
    return this.tag(spec, 2).varint(payload.size).rope(payload);
  }

  text(spec: Pick<FieldSpec, "id">, text: string): this {
    return this.bytesField(spec, encodeText(text));
  }

  bytesField(spec: Pick<FieldSpec, "id">, bytes: Uint8Array): this {
    return this.tag(spec, 2).varint(bytes.length).bytes(bytes);
  }

  int(spec: Pick<FieldSpec, "id">, value: number | bigint): this {
    return this.tag(spec, 0).varint(value);
  }

  #reserve(count: number): Uint8Array {
    const needed = this.#tailLength + count;
    if (needed > this.#tail.length) {
      // Small buffers come from Node's pool: most ropes hold one short field.
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#tail.length * 2, 32));
      if (this.#tailLength > 0) grown.set(this.#tail.subarray(0, this.#tailLength));
      this.#tail = grown;
    }
    return this.#tail;
  }

  #closeTail(): void {
    if (this.#tailLength === 0) return;
    this.#pieces.push({ kind: "bytes", bytes: this.#tail.subarray(0, this.#tailLength) });
    this.#tail = none;
    this.#tailLength = 0;
  }
}

const none = new Uint8Array(0);
