/**
 * The interval of an area under the ROC curve, also of few positives.
 *
 * It holds every area that a score test does not reject: |area − estimate| ≤ z · σ(area). The shape of σ is that of two
 * normal distributions of one variance; its size is the variance that the samples show (DeLong, DeLong,
 * Clarke-Pearson, Biometrics 44, 1988), pulled towards that of the shape as if 5 more samples had shown just that: of
 * ten positives that all rank high the variance alone would say that the area is sure. In simulation it holds the true
 * area 93 to 98 times in 100 from 10 positives on, also where the two variances differ fourfold
 * (`npm run bench:coverage`).
 */
import { type Interval, interval } from "../stats/interval.ts";
import { normalQuantile, z } from "../stats/normal.ts";

/** Samples that the shape of two normal distributions is worth. */
const priorSamples = 5;

/**
 * @param positives of each positive the share of negatives below it, a tie being half
 * @param negatives of each negative the share of positives above it
 */
export function aucInterval(positives: Float64Array, negatives: Float64Array): Interval | undefined {
  const counts = [positives.length, negatives.length] as const;
  const fewer = Math.min(...counts);
  if (fewer < 2) return undefined;
  const area = mean(positives);
  const halfPair = 1 / (2 * counts[0] * counts[1]);
  const inside = Math.min(Math.max(area, halfPair), 1 - halfPair);
  const seen = sampleVariance(positives) / counts[0] + sampleVariance(negatives) / counts[1];
  const relative = seen / binormalVariance(inside, counts);
  // With few samples the variance is itself a guess: as t is wider than z.
  const size = ((fewer * relative + priorSamples) / (fewer + priorSamples)) * (1 + 2.5 / fewer);
  const limit = (end: 0 | 1) => lastAccepted(area, end, (at) => size * binormalVariance(at, counts));
  return interval(limit(0), limit(1));
}

function lastAccepted(estimate: number, end: 0 | 1, variance: (area: number) => number): number {
  let [accepted, rejected]: [number, number] = [estimate, end];
  for (let i = 0; i < 50; i++) {
    const middle = (accepted + rejected) / 2;
    if (Math.abs(middle - estimate) <= z * Math.sqrt(variance(middle))) accepted = middle;
    else rejected = middle;
  }
  return accepted;
}

function binormalVariance(area: number, [positives, negatives]: readonly [number, number]): number {
  if (area <= 0 || area >= 1) return 0;
  const beyondOne = (positives + negatives - 2) * (aboveBoth(area) - area ** 2);
  return (area * (1 - area) + beyondOne) / (positives * negatives);
}

/**
 * The chance that a positive is above two negatives at once if it is above one with the chance `area`:
 * Φ(h) − 2 T(h, 1/√3) with h = Φ⁻¹(area), T being Owen's function (Annals of Mathematical Statistics 27, 1956).
 */
function aboveBoth(area: number): number {
  const h = normalQuantile(area);
  const [end, steps] = [1 / Math.sqrt(3), 20];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = (end * i) / steps;
    const simpson = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += (simpson * Math.exp((-(h ** 2) * (1 + x ** 2)) / 2)) / (1 + x ** 2);
  }
  const owen = (sum * end) / (steps * 3 * 2 * Math.PI);
  return area - 2 * owen;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleVariance(values: Float64Array): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
