/**
 * The memory of the SIMD module: small and fixed. Data is copied in, a piece at a time, so that pieces stay in the
 * processor's second-level cache and callers may hold their numbers anywhere.
 */
import { pieceElements } from "./kernels.ts";

/** Rows or columns that one call handles: arrays of results have this many places. */
export const widest = 4096;
export const mostBins = 65536;

/** Addresses in bytes. Pieces of data have 256 KiB, their codes 64; each array of results has room for float64. */
export const at = {
  data: 1024,
  codes: 1024 + 4 * pieceElements,
  target: 1024 + 5 * pieceElements,
  first: 1024 + 6 * pieceElements,
  second: 1024 + 6 * pieceElements + 8 * widest,
  third: 1024 + 6 * pieceElements + 16 * widest,
  fourth: 1024 + 6 * pieceElements + 24 * widest,
  counts: 1024 + 6 * pieceElements + 32 * widest,
} as const;

/** What of the caller's data lies at `at.data`. */
export interface Piece {
  /** Grids or results that it has: the first, and how many. */
  readonly start: number;
  readonly count: number;
  /** The module's own arguments: rows, and elements of each. */
  readonly rows: number;
  readonly length: number;
  /** Where its codes go: `rows` stretches of `length` codes from `from` on, each `stride` after the one before. */
  readonly from: number;
  readonly stride: number;
}

export class SimdMemory {
  readonly #buffer: ArrayBuffer;
  readonly #data: Float32Array;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
    this.#data = this.floats(at.data, pieceElements);
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#buffer, address, length);
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#buffer, address, length);
  }

  ints(address: number, length: number): Int32Array {
    return new Int32Array(this.#buffer, address, length);
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, address, length);
  }

  /** Copies the data in, piece by piece; `visit` gets the length of each. */
  eachPiece(data: Float32Array, visit: (length: number) => void): void {
    for (let from = 0; from < data.length; from += pieceElements) {
      const piece = data.subarray(from, from + pieceElements);
      this.#data.set(piece);
      visit(piece.length);
    }
  }

  /** The same for `rows` rows: a piece is made of whole rows, or of a part of one. */
  eachRows(data: Float32Array, rows: number, visit: (piece: Piece) => void): void {
    const length = data.length / rows;
    const together = Math.max(1, Math.min(widest, Math.floor(pieceElements / length)));
    for (let start = 0; start < rows && length > 0; start += together) {
      const end = Math.min(start + together, rows) * length;
      for (let from = start * length; from < end; from += pieceElements) {
        const piece = data.subarray(from, Math.min(from + pieceElements, end));
        this.#data.set(piece);
        const count = length > pieceElements ? 1 : piece.length / length;
        const width = piece.length / count;
        visit({ start, count, rows: count, length: width, from, stride: width });
      }
    }
  }

  /** The same for `columns` columns: a piece is made of some rows of some columns. */
  eachColumns(data: Float32Array, columns: number, visit: (piece: Piece) => void): void {
    const allRows = data.length / columns;
    for (let start = 0; start < columns; start += widest) {
      const count = Math.min(widest, columns - start);
      const together = Math.floor(pieceElements / count);
      for (let row = 0; row < allRows; row += together) {
        const rows = Math.min(together, allRows - row);
        const from = row * columns + start;
        this.#copyIn(data, from, columns, rows, count);
        visit({ start, count, rows, length: count, from, stride: columns });
      }
    }
  }

  #copyIn(data: Float32Array, from: number, stride: number, rows: number, length: number): void {
    if (length === stride) this.#data.set(data.subarray(from, from + rows * length));
    else
      for (let row = 0; row < rows; row++)
        this.#data.set(data.subarray(from + row * stride, from + row * stride + length), row * length);
  }

  /** The codes of a piece, to where they belong. */
  codesOut({ rows, length, from, stride }: Piece, codes: Uint8Array): void {
    if (length === stride) codes.set(this.bytes(at.codes, rows * length), from);
    else
      for (let row = 0; row < rows; row++) codes.set(this.bytes(at.codes + row * length, length), from + row * stride);
  }

  /** Codes in: `rows` stretches of `length`, each `stride` after the one before. */
  codesIn(codes: Uint8Array, from: number, stride: number, rows: number, length: number): void {
    const held = this.bytes(at.codes, rows * length);
    for (let row = 0; row < rows; row++)
      held.set(codes.subarray(from + row * stride, from + row * stride + length), row * length);
  }
}
