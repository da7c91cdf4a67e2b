import type { Histogram } from "@pare/pass";
import type { Range } from "../contract.ts";
import { magnitudesOf, within } from "./bins.ts";
import type { GridShape } from "./range-of.ts";

/** Bins that the search runs over, at most; with one more than the levels there would be nothing to search. */
const mostBins = 2048;
/** What zero bins are given, in counts, so that the divergence is finite. */
const smoothing = 1e-4;

/**
 * The range ±T that loses the least information: Migacz, "8-bit inference with TensorRT" (GTC 2017).
 *
 * 1. Over magnitudes, in 1,024 to 2,048 bins up to the largest. Zeros are on every grid: the lowest bin counts like the
 *    one above it.
 * 2. For every T that is an edge of a bin, from as many bins as the grid has steps on one side up to all of them: P is
 *    what lies inside, with everything beyond in the last bin; Q is what lies inside spread over the grid's steps and
 *    back over those of their bins that are not empty. The least KL(P ‖ Q) wins, and of equal ones the smallest T.
 * 3. Steps on one side: half of the levels where values have both signs or the grid is symmetric, else all.
 *    A grid with more steps than bins (16 bits) needs no cut.
 */
export function entropyRange(histogram: Histogram, seen: Range, { levels, symmetric }: GridShape): Range {
  const isOneSided = !symmetric && (seen.min >= 0 || seen.max <= 0);
  const steps = isOneSided ? levels : Math.ceil(levels / 2);
  const { width, counts } = magnitudesOf(histogram, mostBins);
  if (counts.length <= steps) return seen;
  counts[0] = counts[1]!;
  let best = { bins: counts.length, divergence: Number.POSITIVE_INFINITY };
  let beyond = counts.subarray(steps).reduce((sum, count) => sum + count, 0);
  for (let bins = steps; bins <= counts.length; bins++) {
    const divergence = divergenceAt(counts.subarray(0, bins), beyond, steps);
    if (divergence < best.divergence) best = { bins, divergence };
    beyond -= counts[bins] ?? 0;
  }
  const end = best.bins * width;
  return within(seen, { min: -end, max: end });
}

/** KL(P ‖ Q), nats. */
function divergenceAt(inside: Float64Array, beyond: number, steps: number): number {
  const p = inside.slice();
  p[p.length - 1]! += beyond;
  const q = spread(inside, p, steps);
  smooth(p);
  if (!smooth(q)) return Number.POSITIVE_INFINITY;
  const [totalP, totalQ] = [sumOf(p), sumOf(q)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i]! * Math.log((p[i]! * totalQ) / (q[i]! * totalP));
  return sum / totalP;
}

/** Each step's bins in one, and that again over those of them in which P is not empty. */
function spread(inside: Float64Array, p: Float64Array, steps: number): Float64Array {
  const q = new Float64Array(inside.length);
  for (let step = 0; step < steps; step++) {
    const start = Math.floor((step * inside.length) / steps);
    const end = Math.floor(((step + 1) * inside.length) / steps);
    let [sum, filled] = [0, 0];
    for (let i = start; i < end; i++) {
      sum += inside[i]!;
      if (p[i]! > 0) filled++;
    }
    for (let i = start; i < end; i++) if (p[i]! > 0) q[i] = sum / filled;
  }
  return q;
}

/** Moves a little from filled bins to empty ones. False where that is impossible. */
function smooth(counts: Float64Array): boolean {
  let filled = 0;
  for (const count of counts) if (count > 0) filled++;
  if (filled === 0) return false;
  const taken = (smoothing * (counts.length - filled)) / filled;
  for (let i = 0; i < counts.length; i++) {
    counts[i] = counts[i]! > 0 ? counts[i]! - taken : smoothing;
    if (counts[i]! <= 0) return false;
  }
  return true;
}

function sumOf(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
