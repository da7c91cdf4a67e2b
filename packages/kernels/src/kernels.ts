/**
 * The hot loops over float32 numbers, in two implementations that agree bit for bit. What they give is added to what the
 * caller holds already, so that data can come in any number of pieces.
 *
 * "Rows": data is [n, length], each row contiguous. "Columns": data is [rows, n]. n is the length of the arrays that the
 * results go to; data holds whole rows.
 */
export interface Kernels {
  readonly name: "simd" | "plain";
  summarize(data: Float32Array, into: Summary): void;
  /**
   * Bin i of `counts` (an even number n of bins) counts the values from (i − n/2)·width up to the next. `width` is a
   * power of two. Gives how many finite values lie outside; those and numbers that are not finite are not counted.
   */
  histogram(data: Float32Array, width: number, counts: Float64Array): number;
  rowRanges(data: Float32Array, into: Ranges): void;
  columnRanges(data: Float32Array, into: Ranges): void;
  /** Sums of the finite numbers. */
  rowSums(data: Float32Array, sums: Float64Array): void;
  columnSums(data: Float32Array, sums: Float64Array): void;
  /** Codes as low bytes: an int8 code −1 is 255. */
  quantizeRows(data: Float32Array, grids: Grids, codes: Uint8Array): void;
  quantizeColumns(data: Float32Array, grids: Grids, codes: Uint8Array): void;
  /** What quantizing would lose: adds squares, keeps the largest. NaN and infinity spoil the sum. */
  rowErrors(data: Float32Array, grids: Grids, into: Errors): void;
  columnErrors(data: Float32Array, grids: Grids, into: Errors): void;
  /** The low four bits of two neighbours make a byte, the first in the low half; a last one without neighbour gets 0. */
  packNibbles(codes: Uint8Array, packed: Uint8Array): void;
  /**
   * Columns of codes [rows, columns] become rows: column c goes to `target` from c·stride on. `bits` 8: a byte each;
   * 4: packed as by `packNibbles`.
   */
  gatherColumns(codes: Uint8Array, columns: number, bits: 4 | 8, target: Uint8Array, stride: number): void;
}

/** Rows longer than this (256 KiB) are summed in pieces of it, each from zero, which are added in order. */
export const pieceElements = 65536;

/** Of the finite elements, but for `nonFinite`. */
export interface Summary {
  elements: number;
  nonFinite: number;
  /** +∞ and −∞ where there was none. −0 counts as 0. */
  min: number;
  max: number;
  /** Four partial sums each, in float64: element i goes to i mod 4. Read them by `total`. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** Least and largest finite number of each row or column; +∞ and −∞ where there was none. −0 counts as 0. */
export interface Ranges {
  readonly min: Float32Array;
  readonly max: Float32Array;
  nonFinite: number;
}

/** A quantizer for each row or column: code = clamp(round half to even(x ÷ scale) + zero point), division in float32. */
export interface Grids {
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
  /** The first and last code; at most 256 codes. NaN becomes the zero point. */
  readonly lowest: number;
  readonly highest: number;
}

/** |x − x̂| in float32; its squares are summed in float64. */
export interface Errors {
  readonly squared: Float64Array;
  readonly largest: Float32Array;
}

export function emptySummary(): Summary {
  const { POSITIVE_INFINITY: min, NEGATIVE_INFINITY: max } = Number;
  return { elements: 0, nonFinite: 0, min, max, sums: new Float64Array(4), squares: new Float64Array(4) };
}

/** The sum of four partial sums. */
export function total(parts: Float64Array): number {
  return parts[0]! + parts[1]! + (parts[2]! + parts[3]!);
}

export function emptyRanges(count: number): Ranges {
  return {
    min: new Float32Array(count).fill(Number.POSITIVE_INFINITY),
    max: new Float32Array(count).fill(Number.NEGATIVE_INFINITY),
    nonFinite: 0,
  };
}

export function emptyErrors(count: number): Errors {
  return { squared: new Float64Array(count), largest: new Float32Array(count) };
}
