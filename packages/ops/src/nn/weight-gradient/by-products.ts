/**
 * Weight gradients of convolutions over two axes, one group: shifted copies are made by products with 0/1 matrices, which
 * also pad, stride and dilate, and are contracted picture by picture. They differ in what is shifted and how often.
 */
import { attr, type Value } from "@pare/ir";
import { alongAxis } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";
import {
  contract,
  count,
  joined,
  type Plane,
  planeOf,
  reshaped,
  shiftedColumns,
  spreadColumns,
  spreads,
  stackedRows,
  type WeightGradient,
} from "./plane.ts";

/** ∂Y is spread over all vertical offsets, the data shifted by each horizontal one: one product for each of these. */
export const shiftBoth: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, height, outputs, rows, columns, kernelRows } = plane;
  const spread = spreads(window, 0, height, rows, count(kernelRows));
  const stacked = alongAxis(make, gradient, shapes.output, 2, spread);
  const left = reshaped(make, stacked, [batch, outputs * kernelRows, height * columns]);
  const each = count(plane.kernelColumns).map((column) => {
    const shifted = shiftedColumns(make, data, shapes.data, { plane, window, column });
    const product = contract(make, left, reshaped(make, shifted, [batch, channels, height * columns]));
    return reshaped(make, product, [outputs, kernelRows, channels, 1]);
  });
  return make.op("Transpose", [joined(make, each, 3)], { perm: attr.ints([0, 2, 1, 3]) });
};

/** The data is shifted by each horizontal offset, then all of its vertical offsets are stacked. */
export const shiftThenStack: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const each = count(plane.kernelColumns).map((column) => {
    const shifted = shiftedColumns(make, data, shapes.data, { plane, window, column });
    return stackedRows(make, shifted, plane.columns, plane, window);
  });
  return contractEach(make, gradient, each, plane);
};

/** The data's vertical offsets are stacked once, then shifted by each horizontal one. */
export const stackThenShift: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, rows, width, kernelRows } = plane;
  const stacked = stackedRows(make, data, width, plane, window);
  const shape = [batch, channels, kernelRows * rows, width];
  const each = count(plane.kernelColumns).map((column) =>
    shiftedColumns(make, stacked, shape, { plane, window, column }),
  );
  return contractEach(make, gradient, each, plane);
};

/** @param each by horizontal offset, the data as its windows see it: [N, C, k·rows, columns] */
function contractEach(make: NodeMaker, gradient: Value, each: readonly Value[], plane: Plane): Value {
  const { batch, channels, outputs, rows, columns, kernelRows } = plane;
  const left = reshaped(make, gradient, [batch, outputs, rows * columns]);
  const products = each.map((value) => {
    const product = contract(make, left, reshaped(make, value, [batch, channels * kernelRows, rows * columns]));
    return reshaped(make, product, [outputs, channels, kernelRows, 1]);
  });
  return joined(make, products, 3);
}

/**
 * Vertical stride 1: a vertical shift of a flattened picture is a piece of it, ∂Y is spread by each horizontal offset, and
 * every pair of offsets has a product.
 */
export const shiftFlat: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, height, width, outputs, rows } = plane;
  const flat = reshaped(make, data, [batch, channels, height * width]);
  const spread = count(plane.kernelColumns).map((column) =>
    reshaped(make, spreadColumns(make, gradient, { plane, window, column }), [batch, outputs, rows * width]),
  );
  const each = count(plane.kernelRows).map((row) => {
    const { begin, end, shift } = overlap(window, plane, row);
    const right = piece(make, flat, [begin + shift, end + shift], height, width);
    const byColumn = spread.map((value) => {
      const product = contract(make, piece(make, value, [begin, end], rows, width), right);
      return reshaped(make, product, [outputs, channels, 1, 1]);
    });
    return joined(make, byColumn, 3);
  });
  return joined(make, each, 2);
};

/** Windows begin … end − 1 lie inside of the data at a vertical offset, `shift` rows further down. */
function overlap({ dilations, padsBegin }: FixedWindow, { height, rows }: Plane, row: number) {
  const shift = row * dilations[0]! - padsBegin[0]!;
  return { begin: Math.max(0, -shift), end: Math.min(rows, height - shift), shift };
}

/** Rows of flattened pictures: [N, C, rows·width] → [N, C, (end − begin)·width]. */
function piece(
  make: NodeMaker,
  flat: Value,
  [begin, end]: readonly [number, number],
  rows: number,
  width: number,
): Value {
  if (begin === 0 && end === rows) return flat;
  const place = (row: number) => make.ints([row * width]);
  return make.op("Slice", [flat, place(begin), place(end), make.ints([2])]);
}
