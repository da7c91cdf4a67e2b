/** The loops as SIMD WebAssembly, made from packages/kernels/assembly/kernels.ts. */
import { type Errors, type Grids, type Kernels, pieceElements, type Ranges, type Summary } from "./kernels.ts";
import { plainKernels } from "./plain.ts";
import { at, mostBins, type Piece, SimdMemory, widest } from "./simd-memory.ts";
import { simdModule } from "./simd-module.ts";
import type { WebAssemblyEngine } from "./web-assembly.ts";

/** What the module exports. Arguments are addresses and lengths. */
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

/** `engine` must have SIMD. */
export function createSimdKernels({ Module, Instance }: WebAssemblyEngine): Kernels {
  const { exports } = new Instance(new Module(Buffer.from(simdModule, "base64")));
  // The module and `Exports` describe the same file.
  return new SimdKernels(exports as Exports);
}

class SimdKernels implements Kernels {
  readonly name = "simd";
  readonly #wasm: Exports;
  readonly #memory: SimdMemory;

  constructor(wasm: Exports) {
    this.#wasm = wasm;
    this.#memory = new SimdMemory(wasm.memory.buffer);
  }

  summarize(data: Float32Array, into: Summary): void {
    const sums = this.#memory.doubles(at.first, 8);
    const ends = this.#memory.floats(at.first + 64, 2);
    ends.set([into.min, into.max]);
    // The next element's partial sum comes first.
    const turned = [0, 1, 2, 3].map((lane) => (lane + into.elements) & 3);
    for (const [lane, own] of turned.entries()) {
      sums[lane] = into.sums[own]!;
      sums[lane + 4] = into.squares[own]!;
    }
    this.#memory.eachPiece(data, (length) => {
      into.nonFinite += this.#wasm.summarize(at.data, length, at.first);
    });
    for (const [lane, own] of turned.entries()) {
      into.sums[own] = sums[lane]!;
      into.squares[own] = sums[lane + 4]!;
    }
    [into.min, into.max] = [ends[0]!, ends[1]!];
    into.elements += data.length;
  }

  histogram(data: Float32Array, width: number, counts: Float64Array): number {
    const bins = counts.length;
    if (bins > mostBins) return plainKernels.histogram(data, width, counts);
    const tallies = this.#memory.ints(at.counts, 4 * bins).fill(0);
    let outside = 0;
    this.#memory.eachPiece(data, (length) => {
      outside += this.#wasm.histogram(at.data, length, 1 / width, at.counts, bins);
    });
    for (let bin = 0; bin < bins; bin++)
      counts[bin]! += tallies[4 * bin]! + tallies[4 * bin + 1]! + (tallies[4 * bin + 2]! + tallies[4 * bin + 3]!);
    return outside;
  }

  rowRanges(data: Float32Array, into: Ranges): void {
    this.#memory.eachRows(data, into.min.length, (piece) => this.#ranges(this.#wasm.rowRanges, piece, into));
  }

  columnRanges(data: Float32Array, into: Ranges): void {
    this.#memory.eachColumns(data, into.min.length, (piece) => this.#ranges(this.#wasm.columnRanges, piece, into));
  }

  #ranges(loop: RangeLoop, { start, count, rows, length }: Piece, into: Ranges): void {
    const [mins, maxs] = [this.#memory.floats(at.first, count), this.#memory.floats(at.second, count)];
    mins.set(into.min.subarray(start, start + count));
    maxs.set(into.max.subarray(start, start + count));
    into.nonFinite += loop(at.data, rows, length, at.first, at.second);
    into.min.set(mins, start);
    into.max.set(maxs, start);
  }

  rowSums(data: Float32Array, sums: Float64Array): void {
    this.#memory.eachRows(data, sums.length, (piece) => this.#sums(this.#wasm.rowSums, piece, sums));
  }

  columnSums(data: Float32Array, sums: Float64Array): void {
    this.#memory.eachColumns(data, sums.length, (piece) => this.#sums(this.#wasm.columnSums, piece, sums));
  }

  #sums(loop: SumLoop, { start, count, rows, length }: Piece, into: Float64Array): void {
    const sums = this.#memory.doubles(at.first, count);
    sums.set(into.subarray(start, start + count));
    loop(at.data, rows, length, at.first);
    into.set(sums, start);
  }

  quantizeRows(data: Float32Array, grids: Grids, codes: Uint8Array): void {
    this.#memory.eachRows(data, grids.scales.length, (piece) => {
      this.#wasm.quantizeRows(...this.#gridsIn(grids, piece), at.codes);
      this.#memory.codesOut(piece, codes);
    });
  }

  quantizeColumns(data: Float32Array, grids: Grids, codes: Uint8Array): void {
    this.#memory.eachColumns(data, grids.scales.length, (piece) => {
      this.#wasm.quantizeColumns(...this.#gridsIn(grids, piece), at.codes);
      this.#memory.codesOut(piece, codes);
    });
  }

  rowErrors(data: Float32Array, grids: Grids, into: Errors): void {
    this.#memory.eachRows(data, grids.scales.length, (piece) => this.#errors(this.#wasm.rowErrors, piece, grids, into));
  }

  columnErrors(data: Float32Array, grids: Grids, into: Errors): void {
    this.#memory.eachColumns(data, grids.scales.length, (piece) =>
      this.#errors(this.#wasm.columnErrors, piece, grids, into),
    );
  }

  #errors(loop: ErrorLoop, piece: Piece, grids: Grids, into: Errors): void {
    const { start, count } = piece;
    const [squared, largest] = [this.#memory.doubles(at.third, count), this.#memory.floats(at.fourth, count)];
    squared.set(into.squared.subarray(start, start + count));
    largest.set(into.largest.subarray(start, start + count));
    loop(...this.#gridsIn(grids, piece), at.third, at.fourth);
    into.squared.set(squared, start);
    into.largest.set(largest, start);
  }

  #gridsIn({ scales, zeroPoints, lowest, highest }: Grids, { start, count, rows, length }: Piece): GridArguments {
    this.#memory.floats(at.first, count).set(scales.subarray(start, start + count));
    this.#memory.ints(at.second, count).set(zeroPoints.subarray(start, start + count));
    return [at.data, rows, length, at.first, at.second, lowest, highest];
  }

  packNibbles(codes: Uint8Array, packed: Uint8Array): void {
    for (let from = 0; from < codes.length; from += pieceElements) {
      const length = Math.min(pieceElements, codes.length - from);
      this.#memory.codesIn(codes, from, length, 1, length);
      this.#wasm.packNibbles(at.codes, length, at.target);
      packed.set(this.#memory.bytes(at.target, Math.ceil(length / 2)), from / 2);
    }
  }

  gatherColumns(codes: Uint8Array, columns: number, bits: 4 | 8, target: Uint8Array, stride: number): void {
    const gather = bits === 8 ? this.#wasm.gatherBytes : this.#wasm.gatherNibbles;
    const allRows = codes.length / columns;
    // As square as can be: short copies cost more than long ones.
    const together = Math.min(columns, Math.max(256, Math.min(widest, Math.floor(pieceElements / allRows))));
    const mostRows = Math.floor(pieceElements / together) & ~1;
    for (let row = 0; row < allRows; row += mostRows)
      for (let column = 0; column < columns; column += together) {
        const [rows, count] = [Math.min(mostRows, allRows - row), Math.min(together, columns - column)];
        const length = Math.ceil((rows * bits) / 8);
        this.#memory.codesIn(codes, row * columns + column, columns, rows, count);
        gather(at.codes, rows, count, at.target, length);
        for (let i = 0; i < count; i++) {
          const own = this.#memory.bytes(at.target + i * length, length);
          target.set(own, (column + i) * stride + (row * bits) / 8);
        }
      }
  }
}
