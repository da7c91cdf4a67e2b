import type { ByteSource } from "@pare/tensor";
import { tooManyError, wireError } from "../errors.ts";
import { Message } from "./message.ts";
import type { MessageName } from "./schema.ts";
import { decodeText } from "./text.ts";
import { Window } from "./window.ts";

/** Positions in the source: from the first byte to behind the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One field as it stands in the bytes. `start`: its tag; `from`, `to`: its payload. Of a group (wire type 3) `to` is behind its closing tag. */
export interface Field extends Span {
  readonly id: number;
  readonly wire: 0 | 1 | 2 | 3 | 5;
  readonly start: number;
}

/** Fields of one number that follow each other: one record however many they are. `from`: the first one's payload. */
export interface Run extends Field {
  readonly count: number;
}

const copyBytes = 64 * 1024;
const deepestGroup = 64;
const mostRuns = 1 << 20;

/**
 * Protobuf wire format, read from any source through a small window. Length-delimited payloads are skipped by their
 * length and never read. Every length and varint is checked against the bytes that there are.
 */
export class WireReader {
  readonly source: ByteSource;
  /** What messages call the source. */
  readonly name: string;
  readonly #window: Window;
  /** The message that was begun last, for errors. */
  #place = "";
  /** The two halves of the varint read last. */
  #low = 0;
  #high = 0;

  constructor(source: ByteSource, name: string) {
    this.source = source;
    this.name = name;
    this.#window = new Window(source);
  }

  /** The fields of a message in the order of the bytes. @throws ONNX_BYTES */
  *fields(span: Span): Generator<Field, undefined> {
    for (let at = span.from; at < span.to; ) {
      const field = this.#field(at, span.to);
      yield field;
      at = field.to;
    }
  }

  /** The same, neighbours of one number joined. */
  runs(spans: readonly Span[]): Run[] {
    const runs: Run[] = [];
    for (const span of spans) {
      let last: { id: number; wire: Field["wire"]; start: number; from: number; to: number; count: number } | undefined;
      for (const field of this.fields(span)) {
        if (last !== undefined && last.id === field.id && last.wire === field.wire && field.wire !== 3) {
          last.to = field.to;
          last.count++;
        } else {
          const { id, wire, start, from, to } = field;
          last = { id, wire, start, from, to, count: 1 };
          if (runs.push(last) > mostRuns) throw tooManyError(this.name, "fields in one message", mostRuns);
        }
      }
    }
    return runs;
  }

  /** A message by its fields; several spans are merged as protobuf merges a message that is given in parts. */
  message(spans: readonly Span[], type: MessageName, place: string): Message {
    this.#place = place;
    return new Message(this, spans, this.runs(spans), type, place).checked();
  }

  /** Reads the varint at `at`; gives where it ends. Its value is then in `int64` or `uint32`. */
  varint(at: number, limit: number): number {
    const window = this.#window;
    const index = window.seek(at, 10);
    const { bytes } = window;
    const stop = Math.min(limit, window.end) - window.base;
    let i = index;
    let byte = 128;
    let low = 0;
    let high = 0;
    for (let shift = 0; byte >= 128; shift += 7) {
      if (i >= stop) throw this.error(at, "a number is cut off");
      if (shift > 63) throw this.error(at, "a number is longer than 64 bits");
      byte = bytes[i++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
    }
    this.#low = low >>> 0;
    this.#high = high;
    return i + window.base;
  }

  /** The same for a value of any scalar wire type: a fixed one's bits are then in `low` and `high`. */
  value(at: number, limit: number, wire: number): number {
    if (wire === 0) return this.varint(at, limit);
    const count = wire === 1 ? 8 : 4;
    if (at + count > limit) throw this.error(at, "a number is cut off");
    const index = this.#window.seek(at, count);
    this.#low = this.#window.view.getUint32(index, true);
    this.#high = count === 8 ? this.#window.view.getUint32(index + 4, true) : 0;
    return at + count;
  }

  /** The varint read last, as a signed 64-bit integer. Small ones are shared. */
  get int64(): bigint {
    const low = this.#low;
    if (this.#high === 0 && low < smallIntegers.length) return smallIntegers[low]!;
    return (BigInt(this.#high | 0) << 32n) | BigInt(low);
  }

  /** The varint read last, signed; undefined beyond ±2^53. */
  get safeInteger(): number | undefined {
    const value = (this.#high | 0) * 2 ** 32 + this.#low;
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** The low 32 bits of the varint read last. */
  get low(): number {
    return this.#low;
  }

  get high(): number {
    return this.#high;
  }

  float(at: number): number {
    const index = this.#window.seek(at, 4);
    return this.#window.view.getFloat32(index, true);
  }

  text(span: Span): string {
    const index = this.#window.seek(span.from, span.to - span.from);
    if (this.#window.end < span.to) throw this.error(span.from, "a text is too long");
    return decodeText(this.#window.bytes, index, index + span.to - span.from);
  }

  /** Copies bytes into `target`; they may be more than a window holds. */
  copy(span: Span, target: Uint8Array, offset = 0): void {
    for (let at = span.from; at < span.to; ) {
      const count = Math.min(span.to - at, copyBytes);
      const index = this.#window.seek(at, count);
      target.set(this.#window.bytes.subarray(index, index + count), offset + at - span.from);
      at += count;
    }
  }

  bytes(span: Span): Uint8Array {
    const bytes = new Uint8Array(span.to - span.from);
    this.copy(span, bytes);
    return bytes;
  }

  error(offset: number, problem: string, place = this.#place): Error {
    return wireError(place === "" ? this.name : `${place} in ${this.name}`, offset, problem);
  }

  #field(start: number, limit: number): Field {
    const at = this.varint(start, limit);
    if (this.#high !== 0 || this.#low >>> 3 === 0) throw this.error(start, "a field has an impossible number");
    const id = this.#low >>> 3;
    const wire = this.#low & 7;
    if (wire === 0) return { id, wire, start, from: at, to: this.varint(at, limit) };
    if (wire === 2) {
      const from = this.varint(at, limit);
      const to = from + (this.#high === 0 ? this.#low : Number.MAX_SAFE_INTEGER);
      if (to > limit) throw this.error(start, `a field of ${to - from} bytes goes beyond the end of what holds it`);
      return { id, wire, start, from, to };
    }
    if (wire === 1 || wire === 5) {
      const to = at + (wire === 1 ? 8 : 4);
      if (to > limit) throw this.error(start, "a field is cut off");
      return { id, wire, start, from: at, to };
    }
    if (wire === 3) {
      return { id, wire, start, from: at, to: this.#groupEnd(id, at, limit) };
    }
    throw this.error(start, `a field has the impossible wire type ${wire}`);
  }

  /** Where a group ends, its closing tag included. Without recursion. */
  #groupEnd(group: number, from: number, limit: number): number {
    const open = [group];
    for (let at = from; ; ) {
      const start = at;
      at = this.varint(start, limit);
      const id = this.#low >>> 3;
      const wire = this.#low & 7;
      if (wire === 4) {
        if (open.pop() !== id) throw this.error(start, "a group ends that did not begin");
        if (open.length === 0) return at;
      } else if (wire === 3) {
        if (open.push(id) > deepestGroup) throw this.error(start, "groups are nested too deeply");
      } else at = this.#field(start, limit).to;
    }
  }
}

const smallIntegers = Array.from({ length: 1024 }, (_, i) => BigInt(i));
