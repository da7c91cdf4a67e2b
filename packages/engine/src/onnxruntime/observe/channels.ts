import { chooseKernels, emptyRanges } from "@pare/kernels";
import type { ChannelStatistics } from "@pare/pass";
import { axisError } from "../errors.ts";
import type { Floats } from "./summarise.ts";

/** By channel, of the finite values. */
interface Columns {
  readonly axis: number;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Mean, least and largest value of each channel along one axis, negative: from the end. Axis 1 of [N, C, H, W]: C each. */
export class ChannelTotals {
  readonly #wanted: number;
  #columns: Columns | undefined;

  constructor(axis: number) {
    this.#wanted = axis;
  }

  /** @throws Error where the axis is not there, or has another size than before */
  fold(values: Floats, shape: readonly number[]): void {
    const axis = this.#wanted < 0 ? this.#wanted + shape.length : this.#wanted;
    const channels = shape[axis];
    if (channels === undefined) throw axisError(this.#wanted, shape);
    this.#columns ??= columnsOf(axis, channels);
    if (this.#columns.sums.length !== channels) throw axisError(this.#wanted, shape, this.#columns.sums.length);
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    if (values.length === 0) return;
    if (values instanceof Float64Array) foldDoubles(this.#columns, values, inner);
    else if (inner === 1) foldColumns(this.#columns, values);
    else foldRows(this.#columns, values, inner);
  }

  /** 0 for a channel without a finite value. */
  get result(): ChannelStatistics | undefined {
    if (this.#columns === undefined) return undefined;
    const { axis, counts, sums, min, max } = this.#columns;
    const orZero = (column: Float64Array) => column.map((value, c) => (counts[c]! > 0 ? value : 0));
    return { axis, mean: orZero(sums.map((sum, c) => sum / counts[c]!)), min: orZero(min), max: orZero(max) };
  }
}

function columnsOf(axis: number, channels: number): Columns {
  return {
    axis,
    counts: new Float64Array(channels),
    sums: new Float64Array(channels),
    min: new Float64Array(channels).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(channels).fill(Number.NEGATIVE_INFINITY),
  };
}

/** [outer, channels]: added row by row. */
function foldColumns(columns: Columns, values: Float32Array): void {
  const channels = columns.sums.length;
  const ranges = emptyRanges(channels);
  chooseKernels().columnRanges(values, ranges);
  chooseKernels().columnSums(values, columns.sums);
  for (let c = 0; c < channels; c++) widen(columns, c, ranges.min[c]!, ranges.max[c]!);
  count(columns, values, 1, ranges.nonFinite);
}

/** [outer, channels, inner]: each outer place has a sum of its own, and these are added in order. */
function foldRows(columns: Columns, values: Float32Array, inner: number): void {
  const channels = columns.sums.length;
  const rows = values.length / inner;
  const ranges = emptyRanges(rows);
  const sums = new Float64Array(rows);
  chooseKernels().rowRanges(values, ranges);
  chooseKernels().rowSums(values, sums);
  for (let row = 0, c = 0; row < rows; row++, c = row % channels) {
    columns.sums[c]! += sums[row]!;
    widen(columns, c, ranges.min[row]!, ranges.max[row]!);
  }
  count(columns, values, inner, ranges.nonFinite);
}

function foldDoubles(columns: Columns, values: Float64Array, inner: number): void {
  const channels = columns.sums.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const c = Math.floor(i / inner) % channels;
    columns.counts[c]!++;
    columns.sums[c]! += value;
    widen(columns, c, value, value);
  }
}

function widen({ min, max }: Columns, c: number, low: number, high: number): void {
  min[c] = Math.min(min[c]!, low);
  max[c] = Math.max(max[c]!, high);
}

function count({ counts }: Columns, values: Float32Array, inner: number, nonFinite: number): void {
  const channels = counts.length;
  const each = values.length / channels;
  for (let c = 0; c < channels; c++) counts[c]! += each;
  if (nonFinite === 0) return;
  for (const [i, value] of values.entries()) if (!Number.isFinite(value)) counts[Math.floor(i / inner) % channels]!--;
}
