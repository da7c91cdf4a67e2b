/** Walks a weight in windows, however large it is, and hands each run of elements to a kernel. */
import {
  chooseKernels,
  type Errors,
  emptyErrors,
  emptyRanges,
  emptySummary,
  type Grids,
  type Ranges,
  total,
} from "@pare/kernels";
import { elementCount, type Tensor } from "@pare/tensor";
import { nonFiniteWeightError } from "../errors.ts";
import { readFloats, windowElements } from "./floats.ts";
import { type Layout, layoutOf, type Run, runsOf } from "./layout.ts";

/** Visits the elements from `start` to `end`: each run with its numbers. */
export function eachRun(
  tensor: Tensor,
  layout: Layout,
  start: number,
  end: number,
  visit: (data: Float32Array, run: Run) => void,
): void {
  const window = new Float32Array(Math.min(windowElements, end - start));
  for (let from = start; from < end; from += window.length) {
    const held = window.subarray(0, Math.min(window.length, end - from));
    readFloats(tensor, from, held);
    for (const run of runsOf(layout, from, from + held.length))
      visit(held.subarray(run.from - from, run.from - from + run.count), run);
  }
}

/** @throws QUANTIZE_NOT_FINITE */
export function rangesOf(tensor: Tensor, layout: Layout): Ranges {
  const ranges = emptyRanges(elementCount(layout.gridShape));
  const loop = ({ row: "rowRanges", column: "columnRanges" } as const)[layout.kind];
  const kernels = chooseKernels();
  let nonFinite = 0;
  eachRun(tensor, layout, 0, elementCount(tensor.shape), (data, run) => {
    const [start, end] = [run.grid, run.grid + run.grids];
    const part = { min: ranges.min.subarray(start, end), max: ranges.max.subarray(start, end), nonFinite: 0 };
    kernels[loop](data, part);
    nonFinite += part.nonFinite;
  });
  if (nonFinite > 0) throw nonFiniteWeightError(nonFinite);
  return ranges;
}

/** By grid. */
export function errorsOf(tensor: Tensor, layout: Layout, grids: Grids): Errors {
  const errors = emptyErrors(grids.scales.length);
  const loop = ({ row: "rowErrors", column: "columnErrors" } as const)[layout.kind];
  const kernels = chooseKernels();
  eachRun(tensor, layout, 0, elementCount(tensor.shape), (data, run) => {
    const [start, end] = [run.grid, run.grid + run.grids];
    const part = { squared: errors.squared.subarray(start, end), largest: errors.largest.subarray(start, end) };
    kernels[loop](data, partOf(grids, run), part);
  });
  return errors;
}

/** Codes of up to eight bits, a byte each, of the elements from `start` to `end`. */
export function codesOf(tensor: Tensor, layout: Layout, grids: Grids, start: number, end: number): Uint8Array {
  const codes = new Uint8Array(end - start);
  const loop = ({ row: "quantizeRows", column: "quantizeColumns" } as const)[layout.kind];
  const kernels = chooseKernels();
  eachRun(tensor, layout, start, end, (data, run) => {
    const from = run.from - start;
    kernels[loop](data, partOf(grids, run), codes.subarray(from, from + run.count));
  });
  return codes;
}

/** The grids of a run. */
export function partOf({ scales, zeroPoints, lowest, highest }: Grids, { grid, grids }: Run): Grids {
  return {
    scales: scales.subarray(grid, grid + grids),
    zeroPoints: zeroPoints.subarray(grid, grid + grids),
    lowest,
    highest,
  };
}

/** Of the finite numbers: Σ w² and the largest magnitude. */
export interface Energy {
  readonly squares: number;
  readonly largest: number;
  readonly nonFinite: number;
}

export function energyOf(tensor: Tensor): Energy {
  const elements = elementCount(tensor.shape);
  const kernels = chooseKernels();
  const summary = emptySummary();
  eachRun(tensor, layoutOf(tensor.shape, { axis: undefined }), 0, elements, (data) => kernels.summarize(data, summary));
  const { squares, nonFinite, min, max } = summary;
  return { squares: total(squares), nonFinite, largest: nonFinite === elements ? 0 : Math.max(-min, max) };
}
