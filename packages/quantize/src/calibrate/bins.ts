import type { Histogram } from "@pare/pass";
import type { Range } from "../contract.ts";

/** The lower edge of a bin. */
export function edgeOf({ width, counts }: Histogram, bin: number): number {
  return (bin - counts.length / 2) * width;
}

export function totalOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Edges of bins lie a little beyond what was seen. */
export function within(seen: Range, { min, max }: Range): Range {
  const low = Math.min(Math.max(min, seen.min), seen.max);
  return { min: low, max: Math.max(low, Math.min(max, seen.max)) };
}

/** Counts by magnitude: bin i holds i·width up to the next on both sides of 0. Without the empty bins at the end. */
export interface Magnitudes {
  readonly width: number;
  readonly counts: Float64Array;
}

/** Neighbours are merged until there are at most `most` bins. */
export function magnitudesOf({ width, counts }: Histogram, most: number): Magnitudes {
  const half = counts.length / 2;
  const folded = new Float64Array(half);
  let used = 0;
  for (let i = 0; i < half; i++) {
    folded[i] = counts[half + i]! + counts[half - 1 - i]!;
    if (folded[i]! > 0) used = i + 1;
  }
  let merged = { width, counts: folded.slice(0, used) };
  while (merged.counts.length > most) merged = { width: merged.width * 2, counts: pairs(merged.counts) };
  return merged;
}

function pairs(counts: Float64Array): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(Math.ceil(counts.length / 2));
  for (let i = 0; i < counts.length; i++) merged[i >> 1]! += counts[i]!;
  return merged;
}
