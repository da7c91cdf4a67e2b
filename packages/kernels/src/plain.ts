/** The loops in plain TypeScript: the reference for their SIMD twins, and what runs where WebAssembly is missing. */
import { type Errors, type Grids, type Kernels, pieceElements, type Ranges, type Summary, total } from "./kernels.ts";

const largestFloat32 = 2 ** 128 - 2 ** 104;

function summarize(data: Float32Array, into: Summary): void {
  const { sums, squares } = into;
  let { min, max, nonFinite } = into;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (!(Math.abs(x) <= largestFloat32)) {
      nonFinite++;
      continue;
    }
    const lane = (into.elements + i) & 3;
    sums[lane]! += x;
    squares[lane]! += x * x;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  Object.assign(into, { min: min + 0, max: max + 0, nonFinite, elements: into.elements + data.length });
}

function histogram(data: Float32Array, width: number, counts: Float64Array): number {
  const half = counts.length / 2;
  const perWidth = 1 / width;
  let outside = 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (!(Math.abs(x) <= largestFloat32)) continue;
    const bin = Math.floor(x * perWidth) + half;
    if (bin >= 0 && bin < counts.length) counts[bin]!++;
    else outside++;
  }
  return outside;
}

function rowRanges(data: Float32Array, into: Ranges): void {
  const { length: rows } = into.min;
  const length = data.length / rows;
  for (let row = 0; row < rows; row++)
    for (let i = row * length; i < (row + 1) * length; i++) widen(into, row, data[i]!);
}

function columnRanges(data: Float32Array, into: Ranges): void {
  const { length: columns } = into.min;
  for (let start = 0; start < data.length; start += columns)
    for (let column = 0; column < columns; column++) widen(into, column, data[start + column]!);
}

function widen(into: Ranges, at: number, x: number): void {
  if (!(Math.abs(x) <= largestFloat32)) into.nonFinite++;
  else {
    if (x < into.min[at]!) into.min[at] = x + 0;
    if (x > into.max[at]!) into.max[at] = x + 0;
  }
}

function rowSums(data: Float32Array, sums: Float64Array): void {
  const length = data.length / sums.length;
  for (let row = 0; row < sums.length; row++)
    sums[row] = sumInPieces(sums[row]!, length, (i) => finite(data[row * length + i]!));
}

/** Adds `length` numbers to `start` as SIMD lanes do: four partial sums a piece. */
function sumInPieces(start: number, length: number, element: (index: number) => number): number {
  let sum = start;
  for (let from = 0; from < length; from += pieceElements) {
    const parts = new Float64Array(4);
    for (let i = from; i < Math.min(from + pieceElements, length); i++) parts[i & 3]! += element(i);
    sum += total(parts);
  }
  return sum;
}

function columnSums(data: Float32Array, sums: Float64Array): void {
  const { length: columns } = sums;
  for (let start = 0; start < data.length; start += columns)
    for (let column = 0; column < columns; column++) sums[column]! += finite(data[start + column]!);
}

function finite(x: number): number {
  return Math.abs(x) <= largestFloat32 ? x : 0;
}

/** Adding and taking away 1.5·2^52 rounds a float64 to the nearest integer, ties to even. */
const rounding = 1.5 * 2 ** 52;

/** Steps from the zero point, a whole number; NaN for NaN. */
function stepsOf(x: number, grids: Grids, at: number): number {
  const zero = grids.zeroPoints[at]!;
  const steps = Math.fround(x / grids.scales[at]!);
  const bounded = Math.min(Math.max(steps, grids.lowest - zero), grids.highest - zero);
  return bounded + rounding - rounding;
}

function codeOf(x: number, grids: Grids, at: number): number {
  return (stepsOf(x, grids, at) | 0) + grids.zeroPoints[at]!;
}

function quantizeRows(data: Float32Array, grids: Grids, codes: Uint8Array): void {
  const rows = grids.scales.length;
  const length = data.length / rows;
  for (let row = 0; row < rows; row++)
    for (let i = row * length; i < (row + 1) * length; i++) codes[i] = codeOf(data[i]!, grids, row);
}

function quantizeColumns(data: Float32Array, grids: Grids, codes: Uint8Array): void {
  const columns = grids.scales.length;
  for (let start = 0; start < data.length; start += columns)
    for (let column = 0; column < columns; column++)
      codes[start + column] = codeOf(data[start + column]!, grids, column);
}

function errorOf(x: number, grids: Grids, at: number): number {
  return Math.abs(Math.fround(x - Math.fround(stepsOf(x, grids, at) * grids.scales[at]!)));
}

function rowErrors(data: Float32Array, grids: Grids, { squared, largest }: Errors): void {
  const rows = grids.scales.length;
  const length = data.length / rows;
  for (let row = 0; row < rows; row++)
    squared[row] = sumInPieces(squared[row]!, length, (i) => {
      const error = errorOf(data[row * length + i]!, grids, row);
      if (error > largest[row]!) largest[row] = error;
      return error * error;
    });
}

function columnErrors(data: Float32Array, grids: Grids, { squared, largest }: Errors): void {
  const columns = grids.scales.length;
  for (let start = 0; start < data.length; start += columns)
    for (let column = 0; column < columns; column++) {
      const error = errorOf(data[start + column]!, grids, column);
      squared[column]! += error * error;
      if (error > largest[column]!) largest[column] = error;
    }
}

function packNibbles(codes: Uint8Array, packed: Uint8Array): void {
  for (let i = 0; i < packed.length; i++) packed[i] = (codes[2 * i]! & 15) | ((codes[2 * i + 1] ?? 0) << 4);
}

function gatherColumns(codes: Uint8Array, columns: number, bits: 4 | 8, target: Uint8Array, stride: number): void {
  const rows = codes.length / columns;
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row += 8 / bits) {
      const code = codes[row * columns + column]!;
      const next = row + 1 < rows ? codes[(row + 1) * columns + column]! : 0;
      target[column * stride + (row * bits) / 8] = bits === 8 ? code : (code & 15) | (next << 4);
    }
}

export const plainKernels: Kernels = {
  name: "plain",
  summarize,
  histogram,
  rowRanges,
  columnRanges,
  rowSums,
  columnSums,
  quantizeRows,
  quantizeColumns,
  rowErrors,
  columnErrors,
  packNibbles,
  gatherColumns,
};
