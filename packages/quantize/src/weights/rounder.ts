import { chooseKernels, type Errors, emptyErrors, emptyRanges, type Grids } from "@pare/kernels";
import { gridsOf } from "./grids.ts";
import { leastError } from "./least-error.ts";
import type { WeightError } from "./quantize-constant.ts";

/** Some columns of a matrix, whole: blocks · block numbers each, the last of them zeros where the matrix is shorter. */
export interface BlockColumns {
  /** [blocks · block, count], or [count, blocks · block] where `transposed`. */
  readonly data: Float32Array;
  readonly transposed: boolean;
  readonly first: number;
  readonly count: number;
  readonly block: number;
  readonly blocks: number;
}

export interface BlockGrids {
  /** [blocks, count], or [count, blocks] where the columns are `transposed`. */
  readonly grids: Grids;
  readonly error: WeightError;
}

/**
 * How weights in blocks get their grids and codes. Both must be functions of what they are given: large weights are
 * rounded again each time their codes are read. Numbers that are not finite are refused afterwards.
 */
export interface Rounder {
  grids(
    columns: BlockColumns,
    spec: { readonly bits: 4 | 8; readonly symmetric: boolean; readonly clip: "none" | "mse" },
  ): BlockGrids;
  /** A byte each, in the order of `columns.data`. */
  codes(columns: BlockColumns, grids: Grids): Uint8Array;
}

/** Grids that reach the block's ends (or those of least squared error); each number becomes the nearest code. */
export const toNearest: Rounder = {
  grids(columns, { bits, symmetric, clip }) {
    const { count, blocks, transposed } = columns;
    const ranges = emptyRanges(count * blocks);
    const kernels = chooseKernels();
    eachPanel(columns, (data, from, to) => {
      const part = { min: ranges.min.subarray(from, to), max: ranges.max.subarray(from, to), nonFinite: 0 };
      kernels[transposed ? "rowRanges" : "columnRanges"](data, part);
    });
    const spec = { type: bits === 4 ? "uint4" : "uint8", symmetric, fullRange: true } as const;
    const candidate = (shrink: number) => gridsOf(ranges, spec, shrink);
    const grids = clip === "mse" ? leastError(candidate, (each) => errorsOf(columns, each)) : candidate(1);
    const { squared, largest } = errorsOf(columns, grids);
    const error = { squared: squared.reduce((a, b) => a + b, 0), largest: largest.reduce((a, b) => Math.max(a, b), 0) };
    return { grids, error };
  },

  codes(columns, grids) {
    const codes = new Uint8Array(columns.data.length);
    const kernels = chooseKernels();
    const loop = columns.transposed ? "quantizeRows" : "quantizeColumns";
    eachPanel(columns, (data, from, to, start) =>
      kernels[loop](data, slice(grids, from, to), codes.subarray(start, start + data.length)),
    );
    return codes;
  },
};

function errorsOf(columns: BlockColumns, grids: Grids): Errors {
  const errors = emptyErrors(grids.scales.length);
  const kernels = chooseKernels();
  const loop = columns.transposed ? "rowErrors" : "columnErrors";
  eachPanel(columns, (data, from, to) => {
    const part = { squared: errors.squared.subarray(from, to), largest: errors.largest.subarray(from, to) };
    kernels[loop](data, slice(grids, from, to), part);
  });
  return errors;
}

/** What one call of a kernel handles: the grids from `from` to `to`; `start` is where its numbers begin. */
function eachPanel(
  { data, transposed, count, blocks }: BlockColumns,
  visit: (data: Float32Array, from: number, to: number, start: number) => void,
): void {
  // Rows of a transposed matrix are made of whole blocks, one grid each.
  const panels = transposed ? 1 : blocks;
  const [length, grids] = [data.length / panels, (count * blocks) / panels];
  for (let i = 0; i < panels; i++)
    visit(data.subarray(i * length, (i + 1) * length), i * grids, (i + 1) * grids, i * length);
}

function slice({ scales, zeroPoints, lowest, highest }: Grids, from: number, to: number): Grids {
  return { scales: scales.subarray(from, to), zeroPoints: zeroPoints.subarray(from, to), lowest, highest };
}
