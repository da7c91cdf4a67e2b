import type { Histogram } from "@pare/pass";
import type { Range } from "../contract.ts";
import { edgeOf, totalOf, within } from "./bins.ts";

/**
 * The range that holds `percentile` per cent of the values, to within one bin.
 *
 * `separate`: (100 − p) ÷ 2 per cent may lie beyond each end. 1,000 values, p = 99: at most 5 below, at most 5 above.
 * `symmetric`: (100 − p) per cent may lie beyond ±T.
 * Wu et al., "Integer quantization for deep learning inference" (2020), use 99.9 to 99.9999.
 */
export function percentileRange(
  histogram: Histogram,
  seen: Range,
  percentile: number,
  tails: "separate" | "symmetric",
): Range {
  const beyond = totalOf(histogram) * (1 - percentile / 100);
  if (tails === "separate") return within(seen, { min: low(histogram, beyond / 2), max: high(histogram, beyond / 2) });
  const end = symmetricEnd(histogram, beyond);
  return within(seen, { min: -end, max: end });
}

/** The highest edge below which at most `allowed` values lie. */
function low(histogram: Histogram, allowed: number): number {
  let below = 0;
  for (const [bin, count] of histogram.counts.entries()) {
    below += count;
    if (below > allowed) return edgeOf(histogram, bin);
  }
  return 0;
}

function high(histogram: Histogram, allowed: number): number {
  const { counts } = histogram;
  let above = 0;
  for (let bin = counts.length - 1; bin >= 0; bin--) {
    above += counts[bin]!;
    if (above > allowed) return edgeOf(histogram, bin + 1);
  }
  return 0;
}

/** The lowest edge such that at most `allowed` values lie beyond it on both sides together. */
function symmetricEnd(histogram: Histogram, allowed: number): number {
  const { counts } = histogram;
  const half = counts.length / 2;
  let beyond = 0;
  for (let bin = half - 1; bin >= 0; bin--) {
    beyond += counts[half + bin]! + counts[half - 1 - bin]!;
    if (beyond > allowed) return edgeOf(histogram, half + bin + 1);
  }
  return 0;
}
