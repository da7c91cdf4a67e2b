/** A share of the runs that took from `from` to `to` ms. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/**
 * A histogram over [low, high] from evenly spaced quantiles (their first is the minimum, their last the maximum): the
 * runs between two neighbouring quantiles are spread evenly over the time between them.
 */
export function histogramOf(quantiles: readonly number[], low: number, high: number, count: number): readonly Bin[] {
  const width = (high - low) / count;
  const shares = new Float64Array(count);
  const each = 1 / (quantiles.length - 1);
  for (let i = 1; i < quantiles.length; i++) {
    const [from, to] = [quantiles[i - 1]!, quantiles[i]!];
    for (let bin = 0; bin < count; bin++) shares[bin]! += each * overlap(from, to, low + bin * width, width);
  }
  return [...shares].map((share, i) => ({ from: low + i * width, to: low + (i + 1) * width, share }));
}

/** The part of [from, to] that lies in the bin; all of it or none where it is a single point. */
function overlap(from: number, to: number, start: number, width: number): number {
  if (to <= from) return from >= start && from < start + width ? 1 : 0;
  return Math.max(0, Math.min(to, start + width) - Math.max(from, start)) / (to - from);
}
