import { chooseKernels, emptySummary, total } from "@pare/kernels";

/** Activations as the runtime gives them; halves are widened to float32 before. */
export type Floats = Float32Array | Float64Array;

/** Of the finite values; `min` and `max` are infinite where there is none. */
export interface ValueSummary {
  min: number;
  max: number;
  sum: number;
  /** Sum of squares. */
  squares: number;
  /** Values that are infinite or no number. */
  nonFinite: number;
}

/** Sums are float64, in an order that depends on the number of values alone. */
export function summarise(values: Floats): ValueSummary {
  if (values instanceof Float64Array) return summariseDoubles(values);
  const summary = emptySummary();
  chooseKernels().summarize(values, summary);
  const { min, max, nonFinite, sums, squares } = summary;
  return { min, max, sum: total(sums), squares: total(squares), nonFinite };
}

/** Values of each bin from the middle of `counts` on; all of them lie within. */
export function countBins(values: Floats, width: number, counts: Float64Array): void {
  if (values instanceof Float64Array) countDoubles(values, width, counts);
  else chooseKernels().histogram(values, width, counts);
}

function summariseDoubles(values: Float64Array): ValueSummary {
  let [min, max, sum, squares, nonFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  return { min: min + 0, max: max + 0, sum, squares, nonFinite };
}

function countDoubles(values: Float64Array, width: number, counts: Float64Array): void {
  const half = counts.length / 2;
  for (const value of values) if (Number.isFinite(value)) counts[Math.floor(value / width) + half]!++;
}
