import type { Histogram } from "@pare/pass";
import { countBins, type Floats } from "./summarise.ts";

/** Bins of every histogram. With 2^13 the larger side of the values has 2,048 to 4,096 of them. */
export const bins = 2 ** 13;
const half = bins / 2;

/**
 * Counts by bins whose width is the smallest power of two with which the bins reach every value so far.
 *
 * 1. Bin i holds the values from (i − n/2)·width up to the next.
 * 2. When a value lies beyond, two neighbours become one bin of a twice as wide histogram: as if it had always been so
 *    wide. So the counts do not depend on the order in which values come.
 * 3. Only zeros seen: no width is known; they are counted apart.
 */
export class GrowingHistogram {
  #width = 0;
  #zeros = 0;
  #counts = new Float64Array(bins);

  /** @param lowest, highest of the finite values in `values`; what is not finite is left out */
  add(values: Floats, lowest: number, highest: number): void {
    if (lowest === 0 && highest === 0) {
      for (const value of values) if (value === 0) this.#zeros++;
      return;
    }
    this.#reach(lowest, highest);
    countBins(values, this.#width, this.#counts);
  }

  /** Undefined where no finite value came. All zeros: a width of 1. */
  get result(): Histogram | undefined {
    if (this.#width === 0 && this.#zeros === 0) return undefined;
    const counts = this.#counts.slice();
    counts[half]! += this.#zeros;
    return { width: this.#width || 1, counts };
  }

  #reach(lowest: number, highest: number): void {
    const width = widthFor(lowest, highest);
    if (this.#width === 0) this.#width = width;
    while (this.#width < width) {
      this.#counts = merged(this.#counts);
      this.#width *= 2;
    }
  }
}

/** The smallest power of two, subnormal ones left out, with which both ends have a bin. */
function widthFor(lowest: number, highest: number): number {
  let width = 2 ** Math.max(Math.floor(Math.log2(Math.max(-lowest, highest) / half)) - 1, -1022);
  while (Math.floor(highest / width) >= half || Math.floor(lowest / width) < -half) width *= 2;
  return width;
}

/** Each two neighbours in one, around the same middle. */
function merged(counts: Float64Array): Float64Array<ArrayBuffer> {
  const wide = new Float64Array(counts.length);
  const quarter = counts.length / 4;
  for (let i = 0; i < counts.length; i++) wide[(i >> 1) + quarter]! += counts[i]!;
  return wide;
}
