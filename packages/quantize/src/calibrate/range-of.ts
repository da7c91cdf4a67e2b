import type { Statistics } from "@pare/pass";
import type { Range } from "../contract.ts";
import { entropyRange } from "./entropy.ts";
import { mseRange } from "./mse.ts";
import type { CalibrationMethod, CalibrationOptions } from "./options.ts";
import { percentileRange } from "./percentile.ts";

/** What is to be known of the grid that the range is for. */
export interface GridShape {
  /** Codes: 256 for uint8, 255 for symmetric int8. */
  readonly levels: number;
  readonly symmetric: boolean;
}

/** Methods that need counts by bins. */
export function needsHistogram(method: CalibrationMethod): boolean {
  return method === "percentile" || method === "entropy" || method === "mse";
}

/**
 * The range of a value by one of the field's rules:
 *
 * - `minmax`: the least and the largest value of all samples.
 * - `moving-average`: m ← 0.99·m + 0.01·x over each sample's ends in order (Jacob et al., "Quantization and training of
 *   neural networks for efficient integer-arithmetic-only inference", CVPR 2018, smooth ranges over batches).
 * - `mean-minmax`: the mean over samples of each sample's ends (NNCF's default for activations).
 * - `percentile`, `entropy`, `mse`: see the functions.
 *
 * Where every value is the same the range is that point. min ≤ max always; no range is wider than what was seen.
 */
export function rangeOf(
  statistics: Statistics,
  { calibrate: method = "minmax", percentile = 99.999, tails = "separate" }: CalibrationOptions,
  grid: GridShape,
): Range {
  const { min, max, meanMin, meanMax, movingMin, movingMax, histogram } = statistics;
  if (method === "moving-average") return { min: movingMin, max: movingMax };
  if (method === "mean-minmax") return { min: meanMin, max: meanMax };
  const seen = { min, max };
  if (method === "minmax" || histogram === undefined || min === max) return seen;
  if (method === "percentile") return percentileRange(histogram, seen, percentile, tails);
  return method === "entropy" ? entropyRange(histogram, seen, grid) : mseRange(histogram, seen, grid);
}
