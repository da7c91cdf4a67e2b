/** Of the finite values; `min` and `max` are infinite where there is none. */
export interface Summary {
  min: number;
  max: number;
  sum: number;
  /** Sum of squares. */
  squares: number;
  /** Values that are infinite or no number. */
  nonFinite: number;
}

/** In float64, in order. */
export function summarise(values: Float32Array | Float64Array): Summary {
  let [min, max, sum, squares, nonFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value - value !== 0) {
      nonFinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  return { min, max, sum, squares, nonFinite };
}
