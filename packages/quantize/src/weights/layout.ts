import { elementCount } from "@pare/tensor";
import { blockShapeError, weightAxisError } from "../errors.ts";

/** Which elements of a weight share a grid. */
export interface Granularity {
  /** The axis whose elements have a grid each, or along which blocks lie; undefined: one grid for the tensor. */
  readonly axis: number | undefined;
  /** So many neighbours along `axis` share a grid; the last block may be shorter. Default: no blocks. */
  readonly block?: number | undefined;
}

/**
 * A row-major tensor as lines of `length` elements. `row`: all of a line have one grid, and neighbouring lines have
 * neighbouring grids. `column`: each element of a line has a grid of its own.
 */
export interface Layout {
  readonly kind: "row" | "column";
  readonly length: number;
  readonly lines: number;
  /** Of the scales: [] for one, [n] for an axis of n, the tensor's shape with a shorter axis for blocks. */
  readonly gridShape: readonly number[];
  /** The grid of a row line, or of the first element of a column line. */
  gridOf(line: number): number;
  /** How many lines from this one on follow that rule: rows whose grids are neighbours, columns with the same grids. */
  together(line: number): number;
}

/** @throws QUANTIZE_WEIGHT for an axis that is not there, and for blocks of the last axis that do not divide it */
export function layoutOf(shape: readonly number[], { axis, block }: Granularity): Layout {
  const elements = elementCount(shape);
  if (axis === undefined) return rows(elements, 1, 1, []);
  if (!(Number.isInteger(axis) && axis >= 0 && axis < shape.length)) throw weightAxisError(axis, shape);
  const count = shape[axis]!;
  const inner = elementCount(shape.slice(axis + 1));
  if (block === undefined) {
    if (inner > 1) return rows(inner, elements / inner, count, [count]);
    return columns(count, elements / count, elements / count, [count], () => 0);
  }
  const blocks = Math.ceil(count / block);
  const gridShape = shape.with(axis, blocks);
  if (inner === 1 && count % block !== 0) throw blockShapeError(count, block);
  if (inner === 1) return rows(block, elements / block, elements / block, gridShape);
  const gridOf = (line: number) => (Math.floor(line / count) * blocks + Math.floor((line % count) / block)) * inner;
  return columns(inner, elements / inner, block, gridShape, gridOf, count);
}

function rows(length: number, lines: number, grids: number, gridShape: readonly number[]): Layout {
  return {
    kind: "row",
    length,
    lines: length === 0 ? 0 : lines,
    gridShape,
    gridOf: (line) => line % grids,
    together: (line) => grids - (line % grids),
  };
}

/** `block` lines share their grids; blocks begin anew every `count` lines. */
function columns(
  length: number,
  lines: number,
  block: number,
  gridShape: readonly number[],
  gridOf: (line: number) => number,
  count = lines,
): Layout {
  const together = (line: number) => Math.min(block - ((line % count) % block), count - (line % count));
  return { kind: "column", length, lines: length === 0 ? 0 : lines, gridShape, gridOf, together };
}

/** Neighbouring elements that one call of a kernel handles: whole lines, or a part of one. */
export interface Run {
  readonly from: number;
  readonly count: number;
  /** The first grid, and how many: for rows one a line, for columns one an element of a line. */
  readonly grid: number;
  readonly grids: number;
}

/** The elements from `start` to `end` as runs, in order. */
export function* runsOf(layout: Layout, start: number, end: number): Generator<Run> {
  const { length, kind } = layout;
  for (let from = start; from < end; ) {
    const line = Math.floor(from / length);
    const offset = from - line * length;
    const isWhole = offset === 0 && end - from >= length;
    const lines = isWhole ? Math.min(layout.together(line), Math.floor((end - from) / length)) : 1;
    const count = isWhole ? lines * length : Math.min(length - offset, end - from);
    const grid = layout.gridOf(line) + (kind === "column" ? offset : 0);
    yield { from, count, grid, grids: kind === "row" ? lines : count / lines };
    from += count;
  }
}
