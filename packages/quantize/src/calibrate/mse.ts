import type { Histogram } from "@pare/pass";
import type { Range } from "../contract.ts";
import { edgeOf, within } from "./bins.ts";
import type { GridShape } from "./range-of.ts";

/** Candidates for an end: this share of what was seen, and its multiples. */
const candidates = 100;
const rounds = 2;
/** Bins on the larger side at most. */
const mostBins = 2048;

/** The middles of bins that are not empty, with their counts. */
interface Points {
  readonly at: Float64Array;
  readonly counts: Float64Array;
  /** Of the bins. */
  readonly width: number;
}

/**
 * The range whose grid has the least expected squared error over the histogram: rounding inside plus cutting off beyond
 * (Banner, Nahshan, Soudry, "Post training 4-bit quantization of convolutional networks for rapid-deployment", 2019;
 * AIMET's `tf_enhanced` searches the same error).
 *
 * 1. Symmetric grids: ±T for T = 1 %, 2 % … 100 % of the largest magnitude.
 * 2. Others: first both ends at the same share of what was seen, 1 % to 100 %; then, twice, the lower end at each such
 *    share with the upper one as it is, and the upper with the lower.
 * 3. Of equal errors the widest range wins.
 */
export function mseRange(histogram: Histogram, seen: Range, grid: GridShape): Range {
  const points = pointsOf(histogram);
  const low = Math.min(seen.min, 0);
  const high = Math.max(seen.max, 0);
  if (grid.symmetric) {
    const end = Math.max(-low, high);
    const share = leastShare((part) => errorOf(points, { min: -end * part, max: end * part }, grid.levels));
    return within(seen, { min: -end * share, max: end * share });
  }
  const error = (lowShare: number, highShare: number) =>
    errorOf(points, { min: low * lowShare, max: high * highShare }, grid.levels);
  let lowShare = leastShare((part) => error(part, part));
  let highShare = lowShare;
  for (let round = 0; round < rounds; round++) {
    if (low < 0) lowShare = leastShare((part) => error(part, highShare));
    if (high > 0) highShare = leastShare((part) => error(lowShare, part));
  }
  return within(seen, { min: low * lowShare, max: high * highShare });
}

function pointsOf({ width, counts }: Histogram): Points {
  const half = counts.length / 2;
  let reach = 0;
  for (const [bin, count] of counts.entries())
    if (count > 0) reach = Math.max(reach, bin < half ? half - bin : bin - half + 1);
  const merge = 2 ** Math.max(0, Math.ceil(Math.log2(reach / mostBins)));
  const at: number[] = [];
  const merged: number[] = [];
  for (let bin = 0; bin < counts.length; bin += merge) {
    let count = 0;
    for (let i = bin; i < bin + merge; i++) count += counts[i]!;
    if (count === 0) continue;
    at.push(edgeOf({ width, counts }, bin) + (merge * width) / 2);
    merged.push(count);
  }
  return { at: Float64Array.from(at), counts: Float64Array.from(merged), width: merge * width };
}

/** Of 100 %, 99 % … 1 % the share with the least error, the first of equal ones. */
function leastShare(error: (share: number) => number): number {
  let best = { share: 1, error: Number.POSITIVE_INFINITY };
  for (let k = candidates; k >= 1; k--) {
    const share = k / candidates;
    const found = error(share);
    if (found < best.error) best = { share, error: found };
  }
  return best.share;
}

/** Σ count · (x − x̂)². A step that is finer than the bins has the error of values spread evenly: step² ÷ 12. */
function errorOf({ at, counts, width }: Points, { min, max }: Range, levels: number): number {
  const step = (max - min) / (levels - 1);
  const lowest = Math.round(min / step);
  const highest = lowest + levels - 1;
  const evenly = step < width ? step ** 2 / 12 : 0;
  let sum = 0;
  for (let i = 0; i < at.length; i++) {
    const x = at[i]!;
    const code = Math.round(x / step);
    const isInside = code >= lowest && code <= highest;
    const error = x - (isInside ? code : code < lowest ? lowest : highest) * step;
    sum += counts[i]! * (isInside && evenly > 0 ? evenly : error * error);
  }
  return sum;
}
