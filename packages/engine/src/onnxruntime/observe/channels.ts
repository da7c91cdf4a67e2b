import type { ChannelStatistics } from "@pare/pass";
import { axisError } from "../errors.ts";
import { summarise } from "./summarise.ts";

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
  fold(values: Float32Array | Float64Array, shape: readonly number[]): void {
    const axis = this.#wanted < 0 ? this.#wanted + shape.length : this.#wanted;
    const channels = shape[axis];
    if (channels === undefined) throw axisError(this.#wanted, shape);
    this.#columns ??= columnsOf(axis, channels);
    const { counts, sums, min, max } = this.#columns;
    if (counts.length !== channels) throw axisError(this.#wanted, shape, counts.length);
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    for (let start = 0, c = 0; start < values.length; start += inner, c = (c + 1) % channels) {
      const own = summarise(values.subarray(start, start + inner));
      counts[c]! += inner - own.nonFinite;
      sums[c]! += own.sum;
      min[c] = Math.min(min[c]!, own.min);
      max[c] = Math.max(max[c]!, own.max);
    }
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
