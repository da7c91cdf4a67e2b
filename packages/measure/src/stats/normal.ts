/** The standard normal distribution. */

/** Its 97.5 % point: two-sided 95 %. */
export const z = 1.959963984540054;

/**
 * The chance of a value of at most x. Error below 1.2e-7 of the smaller tail: the rational Chebyshev fit of erfc in
 * Press, Teukolsky, Vetterling, Flannery, "Numerical recipes", 3rd edition, 2007, section 6.2.2.
 */
export function normalCdf(x: number): number {
  const tail = Math.abs(x) / Math.SQRT2;
  const t = 2 / (2 + tail);
  const fit = coefficients.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const beyond = (t * Math.exp(-(tail ** 2) + fit)) / 2;
  return x > 0 ? 1 - beyond : beyond;
}

const coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** The x with normalCdf(x) = probability, by bisection; −∞ for 0 and ∞ for 1. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  let [low, high] = [-40, 40];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
