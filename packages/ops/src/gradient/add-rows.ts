/**
 * Sums of gradients by index: the backward pass of a table that is looked up. Indices may repeat and may count from the end.
 *
 * ScatterND, the fastest, is not used: with several threads ONNX Runtime 1.30 adds to the same row from two of them at once
 * and loses sums. ScatterElements adds one by one. Tables with few rows are a product with a 0/1 matrix made of the indices.
 */
import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "./rule.ts";

/** Below it the product takes a quarter to half of ScatterElements' time, above it more (benchmarks/train/arranging.ts). */
const mostRowsOfProduct = 256;
/** 8 MiB: indices may be many. */
const largestMatrix = 2 ** 21;

export interface Rows {
  /** [count, width]. */
  readonly gradient: Value;
  /** [count], int64. */
  readonly indices: Value;
  readonly count: number;
  readonly width: number;
  /** Of the result. */
  readonly rows: number;
}

/** Row r of the result [rows, width] is the sum of all gradients whose index is r. */
export function addRows(make: NodeMaker, { gradient, indices, count, width, rows }: Rows): Value {
  if (count * width === 0 || rows === 0) return zeros(make, [rows, width]);
  if (rows > mostRowsOfProduct || rows * count > largestMatrix)
    return addAlong(make, { gradient, indices, shape: [count, width], axis: 0, size: rows });
  const isRow = make.op("OneHot", [indices, make.ints([rows]), make.floats([0, 1])], { axis: attr.int(0) });
  return make.op("MatMul", [isRow, gradient]);
}

export interface Along {
  readonly gradient: Value;
  /** Of `gradient`. */
  readonly shape: readonly number[];
  /** As many as `gradient` has along `axis`. */
  readonly indices: Value;
  readonly axis: number;
  /** Of the result, along `axis`. */
  readonly size: number;
}

/** The same along any axis, the others kept. */
export function addAlong(make: NodeMaker, { gradient, shape, indices, axis, size }: Along): Value {
  const line = make.ints(shape.map((_, i) => (i === axis ? -1 : 1)));
  const everywhere = make.op("Expand", [make.op("Reshape", [indices, line]), make.ints(shape)]);
  return addElements(make, { gradient, indices: everywhere, axis, to: shape.with(axis, size) });
}

export interface Elements {
  readonly gradient: Value;
  /** Of the gradient's shape. */
  readonly indices: Value;
  readonly axis: number;
  readonly to: readonly number[];
}

/** Each element is added at its index along the axis. */
export function addElements(make: NodeMaker, { gradient, indices, axis, to }: Elements): Value {
  const attrs = { axis: attr.int(axis), reduction: attr.string("add") };
  return make.op("ScatterElements", [zeros(make, to), indices, gradient], attrs);
}

export function zeros(make: NodeMaker, shape: readonly number[]): Value {
  return make.op("Expand", [make.scalar(0), make.ints(shape)]);
}
