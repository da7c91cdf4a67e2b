/**
 * Weight gradients of convolutions over two axes, one group: shifted copies are made by products with 0/1 matrices, which
 * also pad, stride and dilate, and are contracted picture by picture. They differ in what is shifted and how often.
 */
import { attr, type Value } from "@pare/ir";
import { alongAxis } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import {
  contract,
  count,
  joined,
  type Plane,
  planeOf,
  reshaped,
  shiftedColumns,
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
    const product = contract(make, left, reshaped(make, shifted, [batch, channels, height * columns]), {
      ...{ a: outputs * kernelRows, b: channels, length: height * columns },
    });
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
    const product = contract(make, left, reshaped(make, value, [batch, channels * kernelRows, rows * columns]), {
      ...{ a: outputs, b: channels * kernelRows, length: rows * columns },
    });
    return reshaped(make, product, [outputs, channels, kernelRows, 1]);
  });
  return joined(make, products, 3);
}
