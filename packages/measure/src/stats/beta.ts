/**
 * The incomplete beta function, on which the exact intervals of a binomial count stand.
 * Error below 1e-9 for parameters up to a million: the logarithms of Γ cancel, and leave their last digits.
 */

/** Lanczos, "A precision approximation of the gamma function", SIAM J. Numer. Anal. 1 (1964), with g = 7, nine terms. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** Natural logarithm of Γ(x), x > 0. */
export function logGamma(x: number): number {
  const shifted = x - 1;
  const sum = lanczos.reduce((total, term, i) => total + (i === 0 ? term : term / (shifted + i)), 0);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised incomplete beta I_x(a, b), a > 0, b > 0: the chance that a beta(a, b) variable is at most x. */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it I_x(a, b) = 1 − I_{1−x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) / a) * betaFraction(x, a, b);
}

/**
 * The continued fraction of DLMF 8.17.22 (https://dlmf.nist.gov/8.17.E22), evaluated by the modified Lentz method
 * (Thompson and Barnett, J. Comput. Phys. 64, 1986).
 */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const nonzero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let numerator = 1;
  let denominator = 1 / nonzero(1 - ((a + b) * x) / (a + 1));
  let fraction = denominator;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      denominator = 1 / nonzero(1 + term * denominator);
      numerator = nonzero(1 + term / numerator);
      change = numerator * denominator;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

/** The x at which I_x(a, b) = probability, by bisection to the last bit or so. */
export function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 100 && low < high; i++) {
    const middle = (low + high) / 2;
    if (regularisedBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Chance of at most `successes` in `trials` independent trials that each succeed with `probability`. */
export function binomialAtMost(successes: number, trials: number, probability: number): number {
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return regularisedBeta(1 - probability, trials - successes, successes + 1);
}
