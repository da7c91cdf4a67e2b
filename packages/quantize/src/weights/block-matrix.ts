/**
 * A constant matrix of K summed rows and N columns, quantized in blocks along K, in the layout of ONNX Runtime's
 * MatMulNBits: codes [N, blocks, bytes a block], scales [N, blocks]; zero points are packed as codes are.
 * Works through groups of columns, so that neither the weight nor its codes need to fit into memory.
 */
import { chooseKernels, emptySummary, type Grids, total } from "@pare/kernels";
import { type ByteSource, checkRange, MemorySource, makeTensor, type Tensor } from "@pare/tensor";
import { nonFiniteWeightError } from "../errors.ts";
import { isInMemory, readAll } from "./coded-source.ts";
import { checkFloats, readFloats } from "./floats.ts";
import { packZeroPoints } from "./pack-zero-points.ts";
import type { WeightError } from "./quantize-constant.ts";
import { type BlockColumns, type Rounder, toNearest } from "./rounder.ts";

export interface BlockMatrix {
  /** [K, N], or [N, K] where `transposed`; leading axes of 1 do not matter. */
  readonly tensor: Tensor;
  readonly transposed: boolean;
  readonly rows: number;
  readonly columns: number;
}

export interface BlockOptions {
  readonly bits: 4 | 8;
  readonly block: number;
  readonly symmetric: boolean;
  readonly clip: "none" | "mse";
  /** Default: round to nearest. */
  readonly rounder?: Rounder;
}

export interface QuantizedBlocks {
  /** uint8 [N, blocks, block · bits ÷ 8]. Of large weights in files: computed when read. */
  readonly codes: Tensor;
  /** float32 [N, blocks]. Symmetric ones may be negative: see `GridSpec.fullRange`. */
  readonly scales: Tensor;
  /** uint8 [N, ⌈blocks · bits ÷ 8⌉]; undefined where symmetric: the middle code. */
  readonly zeroPoints: Tensor | undefined;
  readonly error: WeightError;
  /** Σ w². */
  readonly signal: number;
}

/** Numbers of one group of columns: 32 MiB of float32. */
const groupElements = 1 << 23;
const largestKept = 1 << 20;

/** @throws QUANTIZE_WEIGHT where it holds no floats, QUANTIZE_NOT_FINITE where NaN or infinity */
export function quantizeBlocks(matrix: BlockMatrix, options: BlockOptions): QuantizedBlocks {
  checkFloats(matrix.tensor);
  const { columns, rows } = matrix;
  const blocks = Math.ceil(rows / options.block);
  const scales = new Float32Array(columns * blocks);
  const zeros = options.symmetric ? undefined : new Uint8Array(columns * blocks);
  const { error, signal } = chooseGrids(matrix, options, scales, zeros);
  const source = new BlockSource(matrix, options, scales, zeros);
  const isKept = source.size <= largestKept || isInMemory(matrix.tensor.source);
  const bytes = isKept ? new MemorySource(readAll(source)) : source;
  return {
    codes: makeTensor("uint8", [columns, blocks, (options.block * options.bits) / 8], bytes),
    scales: tensorOfFloats([columns, blocks], scales),
    zeroPoints: zeros && packZeroPoints(zeros, columns, options.bits),
    error,
    signal,
  };
}

function tensorOfFloats(shape: readonly number[], values: Float32Array): Tensor {
  return makeTensor("float32", shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Fills scales and zero points, [N, blocks], and says what rounding loses of what. */
function chooseGrids(
  matrix: BlockMatrix,
  options: BlockOptions,
  scales: Float32Array,
  zeros: Uint8Array | undefined,
): Pick<QuantizedBlocks, "error" | "signal"> {
  const { grids: choose } = options.rounder ?? toNearest;
  const kernels = chooseKernels();
  const summary = emptySummary();
  let [largest, squared] = [0, 0];
  for (const group of groupsOf(matrix, options.block)) {
    kernels.summarize(group.data, summary);
    const { grids, error } = choose(group, options);
    squared += error.squared;
    largest = Math.max(largest, error.largest);
    eachGrid(group, (grid, at) => {
      scales[at] = grids.scales[grid]!;
      if (zeros !== undefined) zeros[at] = grids.zeroPoints[grid]!;
    });
  }
  if (summary.nonFinite > 0) throw nonFiniteWeightError(summary.nonFinite);
  return { error: { largest, squared }, signal: total(summary.squares) };
}

/** A group's grids, [blocks, columns] or transposed [columns, blocks], beside their places in [N, blocks]. */
function eachGrid(group: BlockColumns, visit: (grid: number, at: number) => void): void {
  const { transposed, first, count, blocks } = group;
  if (transposed) for (let grid = 0; grid < count * blocks; grid++) visit(grid, first * blocks + grid);
  else
    for (let block = 0; block < blocks; block++)
      for (let column = 0; column < count; column++) visit(block * count + column, (first + column) * blocks + block);
}

function* groupsOf(matrix: BlockMatrix, block: number): Generator<BlockColumns> {
  const together = columnsTogether(matrix, block);
  const held = new Float32Array(Math.min(together, matrix.columns) * paddedRows(matrix, block));
  for (let first = 0; first < matrix.columns; first += together)
    yield readColumns(matrix, block, first, Math.min(together, matrix.columns - first), held);
}

function paddedRows({ rows }: BlockMatrix, block: number): number {
  return Math.ceil(rows / block) * block;
}

function columnsTogether(matrix: BlockMatrix, block: number): number {
  return Math.max(16, Math.floor(groupElements / paddedRows(matrix, block)));
}

/** `count` columns from `first` on, into `held`; rows up to a whole block are zeros. */
function readColumns(
  matrix: BlockMatrix,
  block: number,
  first: number,
  count: number,
  held: Float32Array,
): BlockColumns {
  const { tensor, transposed, rows, columns } = matrix;
  const padded = paddedRows(matrix, block);
  const data = held.subarray(0, count * padded);
  if (transposed && rows === padded) readFloats(tensor, first * rows, data);
  else if (transposed)
    for (let column = 0; column < count; column++) {
      readFloats(tensor, (first + column) * rows, data.subarray(column * padded, column * padded + rows));
      data.fill(0, column * padded + rows, (column + 1) * padded);
    }
  else {
    if (count === columns) readFloats(tensor, 0, data.subarray(0, rows * columns));
    else
      for (let row = 0; row < rows; row++)
        readFloats(tensor, row * columns + first, data.subarray(row * count, (row + 1) * count));
    data.fill(0, rows * count);
  }
  return { data, transposed, first, count, block, blocks: padded / block };
}

/** The codes, computed a group of columns at a time; the last group is held until the end has been read. */
class BlockSource implements ByteSource {
  readonly size: number;
  readonly #matrix: BlockMatrix;
  readonly #options: BlockOptions;
  readonly #scales: Float32Array;
  readonly #zeros: Uint8Array | undefined;
  readonly #columnBytes: number;
  #held: { readonly first: number; readonly bytes: Uint8Array } | undefined;
  #floats: Float32Array | undefined;

  constructor(matrix: BlockMatrix, options: BlockOptions, scales: Float32Array, zeros: Uint8Array | undefined) {
    this.#matrix = matrix;
    this.#options = options;
    this.#scales = scales;
    this.#zeros = zeros;
    this.#columnBytes = (paddedRows(matrix, options.block) * options.bits) / 8;
    this.size = this.#columnBytes * matrix.columns;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    const result = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { first, bytes } = this.#group(Math.floor((offset + done) / this.#columnBytes));
      const from = offset + done - first * this.#columnBytes;
      const part = bytes.subarray(from, from + length - done);
      result.set(part, done);
      done += part.length;
    }
    if (offset + length === this.size) [this.#held, this.#floats] = [undefined, undefined];
    return result;
  }

  /** The group that a column is in. */
  #group(column: number): { readonly first: number; readonly bytes: Uint8Array } {
    const together = columnsTogether(this.#matrix, this.#options.block);
    const first = Math.floor(column / together) * together;
    if (this.#held?.first !== first) this.#held = { first, bytes: this.#compute(first, together) };
    return this.#held;
  }

  #compute(first: number, together: number): Uint8Array {
    const { block, bits, rounder = toNearest } = this.#options;
    const count = Math.min(together, this.#matrix.columns - first);
    const most = Math.min(together, this.#matrix.columns);
    this.#floats ??= new Float32Array(most * paddedRows(this.#matrix, block));
    const group = readColumns(this.#matrix, block, first, count, this.#floats);
    const codes = rounder.codes(group, this.#gridsOf(group));
    const packed = new Uint8Array(count * this.#columnBytes);
    const kernels = chooseKernels();
    if (!group.transposed) kernels.gatherColumns(codes, count, bits, packed, this.#columnBytes);
    else if (bits === 4) kernels.packNibbles(codes, packed);
    else packed.set(codes);
    return packed;
  }

  #gridsOf(group: BlockColumns): Grids {
    const scales = new Float32Array(group.count * group.blocks);
    const highest = 2 ** this.#options.bits - 1;
    const zeroPoints = new Int32Array(scales.length).fill((highest + 1) / 2);
    eachGrid(group, (grid, at) => {
      scales[grid] = this.#scales[at]!;
      if (this.#zeros !== undefined) zeroPoints[grid] = this.#zeros[at]!;
    });
    return { scales, zeroPoints, lowest: 0, highest };
  }
}
