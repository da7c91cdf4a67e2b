/**
 * How many independent values a series is worth: n ÷ (1 + 2 Σ ρ), the sum over the lags whose correlations are still
 * noticeable. Geyer's initial positive sequence ("Practical Markov chain Monte Carlo", Statistical Science 7, 1992,
 * section 3.3): pairs of neighbouring lags are added up until a pair's sum is no longer positive. At most n: a series
 * that swings back counts as independent.
 *
 * @param series in the order in which the values were taken
 */
export function effectiveCount(series: ArrayLike<number>): number {
  const count = series.length;
  const centred = centre(series);
  const variance = correlation(centred, 0);
  if (variance === 0) return count;
  let sum = -1;
  for (let lag = 0; lag + 1 < count / 2; lag += 2) {
    const pair = (correlation(centred, lag) + correlation(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    sum += 2 * pair;
  }
  return count / Math.max(1, sum);
}

/** What the share of values above a limit is worth: the effective count of the series "above or not". */
export function effectiveCountAbove(series: ArrayLike<number>, limit: number): number {
  return effectiveCount(Float64Array.from(series, (value) => (value > limit ? 1 : 0)));
}

function centre(series: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let i = 0; i < series.length; i++) total += series[i]!;
  return Float64Array.from(series, (value) => value - total / series.length);
}

function correlation(centred: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < centred.length; i++) sum += centred[i]! * centred[i - lag]!;
  return sum;
}
