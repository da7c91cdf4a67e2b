/**
 * The loops as SIMD WebAssembly. Its memory is small and fixed: data is copied in, a piece at a time, so that pieces stay
 * in the processor's second-level cache and callers may hold their numbers anywhere.
 */
import { type Errors, type Grids, type Kernels, pieceElements, type Ranges, type Summary } from "./kernels.ts";
import { plainKernels } from "./plain.ts";
import { simdModule } from "./simd-module.ts";
import type { WebAssemblyEngine } from "./web-assembly.ts";

/** What packages/kernels/assembly/kernels.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  summarize(data: number, length: number, state: number): number;
  histogram(data: number, length: number, perWidth: number, counts: number, bins: number): number;
  rowRanges: RangeLoop;
  columnRanges: RangeLoop;
  rowSums: SumLoop;
  columnSums: SumLoop;
  quantizeRows: CodeLoop;
  quantizeColumns: CodeLoop;
  rowErrors: ErrorLoop;
  columnErrors: ErrorLoop;
  packNibbles(codes: number, count: number, packed: number): void;
  gatherBytes: GatherLoop;
  gatherNibbles: GatherLoop;
}

type RangeLoop = (data: number, rows: number, length: number, mins: number, maxs: number) => number;
type SumLoop = (data: number, rows: number, length: number, sums: number) => void;
type CodeLoop = (...grid: [...GridArguments, codes: number]) => void;
type ErrorLoop = (...grid: [...GridArguments, squared: number, largest: number]) => void;
type GatherLoop = (codes: number, rows: number, columns: number, to: number, stride: number) => void;
type GridArguments = [
  data: number,
  rows: number,
  length: number,
  scales: number,
  zeros: number,
  lowest: number,
  highest: number,
];

/** Rows or columns that one call handles: arrays of results have this many places. */
const widest = 4096;
const mostBins = 65536;

/** Addresses in bytes. Pieces of data have 256 KiB, their codes 64; each array of results has room for float64. */
const at = {
  data: 1024,
  codes: 1024 + 4 * pieceElements,
  target: 1024 + 5 * pieceElements,
  first: 1024 + 6 * pieceElements,
  second: 1024 + 6 * pieceElements + 8 * widest,
  third: 1024 + 6 * pieceElements + 16 * widest,
  fourth: 1024 + 6 * pieceElements + 24 * widest,
  counts: 1024 + 6 * pieceElements + 32 * widest,
} as const;

export function createSimdKernels({ Module, Instance }: WebAssemblyEngine): Kernels {
  const { exports } = new Instance(new Module(Buffer.from(simdModule, "base64")));
  // The compiler of the module and this interface describe the same file.
  const wasm = exports as unknown as Exports;
  const { buffer } = wasm.memory;
  const floats = (address: number, length: number) => new Float32Array(buffer, address, length);
  const doubles = (address: number, length: number) => new Float64Array(buffer, address, length);
  const bytes = (address: number, length: number) => new Uint8Array(buffer, address, length);
  const dataIn = floats(at.data, pieceElements);
  const codesOut = bytes(at.codes, pieceElements);

  function summarize(data: Float32Array, into: Summary): void {
    const [sums, squares] = [doubles(at.first, 4), doubles(at.first + 32, 4)];
    const ends = floats(at.first + 64, 2);
    ends.set([into.min, into.max]);
    // The next element's partial sum comes first.
    const turn = into.elements & 3;
    for (let lane = 0; lane < 4; lane++) {
      sums[lane] = into.sums[(lane + turn) & 3]!;
      squares[lane] = into.squares[(lane + turn) & 3]!;
    }
    for (let from = 0; from < data.length; from += pieceElements) {
      const piece = data.subarray(from, from + pieceElements);
      dataIn.set(piece);
      into.nonFinite += wasm.summarize(at.data, piece.length, at.first);
    }
    for (let lane = 0; lane < 4; lane++) {
      into.sums[(lane + turn) & 3] = sums[lane]!;
      into.squares[(lane + turn) & 3] = squares[lane]!;
    }
    [into.min, into.max] = [ends[0]!, ends[1]!];
    into.elements += data.length;
  }

  function histogram(data: Float32Array, width: number, counts: Float64Array): number {
    if (counts.length > mostBins) return plainKernels.histogram(data, width, counts);
    const tallies = new Uint32Array(buffer, at.counts, 4 * counts.length).fill(0);
    let outside = 0;
    for (let from = 0; from < data.length; from += pieceElements) {
      const piece = data.subarray(from, from + pieceElements);
      dataIn.set(piece);
      outside += wasm.histogram(at.data, piece.length, 1 / width, at.counts, counts.length);
    }
    for (let bin = 0; bin < counts.length; bin++)
      counts[bin]! += tallies[4 * bin]! + tallies[4 * bin + 1]! + (tallies[4 * bin + 2]! + tallies[4 * bin + 3]!);
    return outside;
  }

  /** Copies piece by piece and says which of the rows each piece holds, how long they are in it, and where it began. */
  function eachRows(
    data: Float32Array,
    rows: number,
    visit: (row: number, count: number, length: number, from: number) => void,
  ): void {
    const length = data.length / rows;
    const together = Math.max(1, Math.min(widest, Math.floor(pieceElements / length)));
    for (let row = 0; row < rows && length > 0; row += together) {
      const end = Math.min(row + together, rows) * length;
      for (let from = row * length; from < end; from += pieceElements) {
        const piece = data.subarray(from, Math.min(from + pieceElements, end));
        dataIn.set(piece);
        const count = length > pieceElements ? 1 : piece.length / length;
        visit(row, count, piece.length / count, from);
      }
    }
  }

  /** The same for columns: `count` of them from `column` on, of `rows` rows from `row` on. */
  function eachColumns(
    data: Float32Array,
    columns: number,
    visit: (column: number, count: number, row: number, rows: number) => void,
  ): void {
    const allRows = data.length / columns;
    for (let column = 0; column < columns; column += widest) {
      const count = Math.min(widest, columns - column);
      const together = Math.floor(pieceElements / count);
      for (let row = 0; row < allRows; row += together) {
        const rows = Math.min(together, allRows - row);
        if (count === columns) dataIn.set(data.subarray(row * columns, (row + rows) * columns));
        else
          for (let i = 0; i < rows; i++) {
            const from = (row + i) * columns + column;
            dataIn.set(data.subarray(from, from + count), i * count);
          }
        visit(column, count, row, rows);
      }
    }
  }

  function ranges(loop: RangeLoop, into: Ranges, start: number, rows: number, columns: number, count: number): void {
    const [mins, maxs] = [floats(at.first, count), floats(at.second, count)];
    mins.set(into.min.subarray(start, start + count));
    maxs.set(into.max.subarray(start, start + count));
    into.nonFinite += loop(at.data, rows, columns, at.first, at.second);
    into.min.set(mins, start);
    into.max.set(maxs, start);
  }

  function sums(loop: SumLoop, into: Float64Array, start: number, rows: number, columns: number, count: number): void {
    const held = doubles(at.first, count);
    held.set(into.subarray(start, start + count));
    loop(at.data, rows, columns, at.first);
    into.set(held, start);
  }

  function gridArguments(grids: Grids, start: number, rows: number, columns: number, count: number): GridArguments {
    floats(at.first, count).set(grids.scales.subarray(start, start + count));
    new Int32Array(buffer, at.second, count).set(grids.zeroPoints.subarray(start, start + count));
    return [at.data, rows, columns, at.first, at.second, grids.lowest, grids.highest];
  }

  function errors(loop: ErrorLoop, into: Errors, start: number, count: number, grid: GridArguments): void {
    const [squared, largest] = [doubles(at.third, count), floats(at.fourth, count)];
    squared.set(into.squared.subarray(start, start + count));
    largest.set(into.largest.subarray(start, start + count));
    loop(...grid, at.third, at.fourth);
    into.squared.set(squared, start);
    into.largest.set(largest, start);
  }

  function packNibbles(codes: Uint8Array, packed: Uint8Array): void {
    for (let from = 0; from < codes.length; from += pieceElements) {
      const piece = codes.subarray(from, from + pieceElements);
      codesOut.set(piece);
      wasm.packNibbles(at.codes, piece.length, at.target);
      packed.set(bytes(at.target, Math.ceil(piece.length / 2)), from / 2);
    }
  }

  function gatherColumns(codes: Uint8Array, columns: number, bits: 4 | 8, target: Uint8Array, stride: number): void {
    const loop = bits === 8 ? wasm.gatherBytes : wasm.gatherNibbles;
    const allRows = codes.length / columns;
    // As square as can be: short copies cost more than long ones.
    const together = Math.min(columns, Math.max(256, Math.min(widest, Math.floor(pieceElements / allRows))));
    const mostRows = Math.floor(pieceElements / together) & ~1;
    for (let row = 0; row < allRows; row += mostRows) {
      const rows = Math.min(mostRows, allRows - row);
      const length = Math.ceil((rows * bits) / 8);
      for (let column = 0; column < columns; column += together) {
        const count = Math.min(together, columns - column);
        for (let i = 0; i < rows; i++) {
          const from = (row + i) * columns + column;
          codesOut.set(codes.subarray(from, from + count), i * count);
        }
        loop(at.codes, rows, count, at.target, length);
        for (let i = 0; i < count; i++)
          target.set(bytes(at.target + i * length, length), (column + i) * stride + (row * bits) / 8);
      }
    }
  }

  return {
    name: "simd",
    summarize,
    histogram,
    rowRanges: (data, into) =>
      eachRows(data, into.min.length, (row, count, length) => ranges(wasm.rowRanges, into, row, count, length, count)),
    columnRanges: (data, into) =>
      eachColumns(data, into.min.length, (column, count, _, rows) =>
        ranges(wasm.columnRanges, into, column, rows, count, count),
      ),
    rowSums: (data, into) =>
      eachRows(data, into.length, (row, count, length) => sums(wasm.rowSums, into, row, count, length, count)),
    columnSums: (data, into) =>
      eachColumns(data, into.length, (column, count, _, rows) =>
        sums(wasm.columnSums, into, column, rows, count, count),
      ),
    quantizeRows: (data, grids, codes) =>
      eachRows(data, grids.scales.length, (row, count, length, from) => {
        wasm.quantizeRows(...gridArguments(grids, row, count, length, count), at.codes);
        codes.set(codesOut.subarray(0, count * length), from);
      }),
    quantizeColumns: (data, grids, codes) =>
      eachColumns(data, grids.scales.length, (column, count, row, rows) => {
        const columns = grids.scales.length;
        wasm.quantizeColumns(...gridArguments(grids, column, rows, count, count), at.codes);
        if (count === columns) codes.set(codesOut.subarray(0, rows * count), row * columns);
        else
          for (let i = 0; i < rows; i++)
            codes.set(codesOut.subarray(i * count, (i + 1) * count), (row + i) * columns + column);
      }),
    rowErrors: (data, grids, into) =>
      eachRows(data, grids.scales.length, (row, count, length) =>
        errors(wasm.rowErrors, into, row, count, gridArguments(grids, row, count, length, count)),
      ),
    columnErrors: (data, grids, into) =>
      eachColumns(data, grids.scales.length, (column, count, _, rows) =>
        errors(wasm.columnErrors, into, column, count, gridArguments(grids, column, rows, count, count)),
      ),
    packNibbles,
    gatherColumns,
  };
}
