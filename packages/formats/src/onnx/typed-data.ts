import { type ByteSource, checkRange, type DType, packCode } from "@pare/tensor";
import { tensorDataError } from "../errors.ts";
import type { Run, Span, WireReader } from "./wire.ts";

const valuesPerChunk = 4096;

/** How a typed field holds its values: `count` of them, `bits` wide in raw_data, with that scalar wire type. */
export interface StoredValues {
  readonly dtype: DType;
  readonly count: number;
  readonly bits: 6 | 8 | 16 | 32 | 64;
  readonly wire: 0 | 1 | 5;
}

interface Segment extends Span {
  /** Each value has a tag of its own before it: the field was not packed. */
  readonly tagged: boolean;
}

interface Position {
  readonly segment: number;
  readonly at: number;
}

/**
 * A tensor whose elements stand in a typed field, as varints or single floats: decoded as they are read, nothing is
 * kept but a position every 4096 values. The bytes it gives are those that raw_data would hold.
 */
export class TypedDataSource implements ByteSource {
  readonly size: number;
  /** The fields, as they can be copied into another file. */
  readonly runs: readonly Run[];
  readonly wire: WireReader;
  readonly #values: StoredValues;
  readonly #place: string;
  readonly #segments: readonly Segment[];
  /** Where each chunk starts, as far as known. */
  readonly #starts: Position[];

  constructor(wire: WireReader, runs: readonly Run[], values: StoredValues, place: string) {
    this.wire = wire;
    this.runs = runs;
    this.#values = values;
    this.size = Math.ceil((values.count * values.bits) / 8);
    this.#place = place;
    this.#segments = runs.flatMap((run) => segmentsOf(wire, run));
    this.#starts = [{ segment: 0, at: this.#segments[0]?.from ?? 0 }];
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    const chunkBytes = (valuesPerChunk * this.#values.bits) / 8;
    const out = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const chunk = Math.floor((offset + done) / chunkBytes);
      const part = this.#chunk(chunk).subarray(offset + done - chunk * chunkBytes);
      const taken = part.subarray(0, length - done);
      out.set(taken, done);
      done += taken.length;
    }
    return out;
  }

  get dtype(): DType {
    return this.#values.dtype;
  }

  /** Bytes that the values take in the file, tags included. */
  get storedBytes(): number {
    return this.#segments.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** How many values there are. Reads all of them. */
  countValues(): number {
    let count = 0;
    for (const segment of this.#segments)
      for (let at = segment.from; at < segment.to; count++) at = this.#value(segment, at);
    return count;
  }

  #chunk(index: number): Uint8Array {
    for (let known = this.#starts.length - 1; known < index; known++) this.#decode(known);
    return this.#decode(index);
  }

  #decode(index: number): Uint8Array {
    const count = Math.min(valuesPerChunk, this.#values.count - index * valuesPerChunk);
    const out = Buffer.alloc(Math.ceil((count * this.#values.bits) / 8));
    let { segment, at } = this.#starts[index]!;
    for (let i = 0; i < count; i++) {
      while (at >= (this.#segments[segment]?.to ?? Number.POSITIVE_INFINITY)) at = this.#segments[++segment]?.from ?? 0;
      const span = this.#segments[segment];
      if (span === undefined) throw this.#shortError(index * valuesPerChunk + i);
      at = this.#value(span, at);
      this.#store(out, i);
    }
    this.#starts[index + 1] ??= { segment, at };
    return out;
  }

  /** Reads one value into the wire reader; gives where it ends. */
  #value(segment: Segment, at: number): number {
    const { wire } = this;
    const start = segment.tagged ? wire.varint(at, segment.to) : at;
    return wire.value(start, segment.to, this.#values.wire);
  }

  #store(out: Buffer, index: number): void {
    const { low, high } = this.wire;
    switch (this.#values.bits) {
      case 6:
        packCode(out, index, 6, low);
        return;
      case 8:
        out[index] = low;
        return;
      case 16:
        out.writeUInt16LE(low & 0xffff, index * 2);
        return;
      case 32:
        out.writeUInt32LE(low, index * 4);
        return;
      case 64:
        out.writeUInt32LE(low, index * 8);
        out.writeUInt32LE(high >>> 0, index * 8 + 4);
    }
  }

  #shortError(got: number): Error {
    return tensorDataError(this.#place, "its data ends early", `${this.#values.count} values`, `${got}`);
  }
}

/** A run of tagged values is one segment; each packed field is one of its own. */
function segmentsOf(wire: WireReader, run: Run): Segment[] {
  if (run.wire !== 2) return [{ from: run.start, to: run.to, tagged: true }];
  return Array.from(wire.fields({ from: run.start, to: run.to }), ({ from, to }) => ({ from, to, tagged: false }));
}
