/** Weight gradients of depthwise convolutions over two axes, [C, 1, k, k]: each channel is contracted with its own. */
import { attr, type Value } from "@pare/ir";
import { axisMatrix } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";
import { padOut, slice } from "./by-slices.ts";
import {
  count,
  joined,
  overSamples,
  type Plane,
  planeOf,
  reshaped,
  shiftedColumns,
  stackedRows,
  type WeightGradient,
} from "./plane.ts";

/** The data as windows see it, times ∂Y as a column. */
export const depthwiseByShifts: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, rows, columns, kernelRows } = plane;
  const right = reshaped(make, gradient, [batch, channels, rows * columns, 1]);
  const each = count(plane.kernelColumns).map((column) => {
    const shifted = shiftedColumns(make, data, shapes.data, { plane, window, column });
    const seen = stackedRows(make, shifted, columns, plane, window);
    const left = reshaped(make, seen, [batch, channels, kernelRows, rows * columns]);
    return overSamples(make, make.op("MatMul", [left, right]));
  });
  return reshaped(make, joined(make, each, 2), shapes.weight);
};

/**
 * Σ over rows of x[·, u]·∂Y[·, v] for every pair of columns u, v, of which those one offset apart are summed: neither is
 * shifted horizontally.
 */
export const depthwiseByColumns: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, rows, columns, width, kernelRows, kernelColumns } = plane;
  const stacked = stackedRows(make, data, width, plane, window);
  const left = make.op("Transpose", [reshaped(make, stacked, [batch, channels, kernelRows, rows, width])], {
    perm: attr.ints([0, 1, 2, 4, 3]),
  });
  const pairs = make.op("MatMul", [left, reshaped(make, gradient, [batch, channels, 1, rows, columns])]);
  const summed = reshaped(make, overSamples(make, pairs), [channels * kernelRows, width * columns]);
  const found = make.op("MatMul", [summed, diagonals(make, plane, window)]);
  return reshaped(make, found, [channels, 1, kernelRows, kernelColumns]);
};

/** [width·columns, kernel]: 1 where a window has the column at that offset. */
function diagonals(make: NodeMaker, { width, columns, kernelColumns }: Plane, window: FixedWindow): Value {
  const { strides, dilations, padsBegin } = window;
  const { elements } = axisMatrix(width * columns, kernelColumns, (pair, offset) => {
    const [place, i] = [Math.floor(pair / columns), pair % columns];
    return i * strides[1]! + offset * dilations[1]! - padsBegin[1]! === place ? 1 : 0;
  });
  return make.floats(elements, [width * columns, kernelColumns]);
}

/** Every offset's elements times ∂Y, averaged over each picture. */
export const depthwiseBySlices: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { rows, columns, channels } = plane;
  const padded = padOut(make, data, plane, window);
  const each = count(plane.kernelRows).flatMap((row) =>
    count(plane.kernelColumns).map((column) => {
      const product = make.op("Mul", [slice(make, padded, plane, window, [row, column]), gradient]);
      return reshaped(make, overSamples(make, make.op("GlobalAveragePool", [product])), [channels, 1]);
    }),
  );
  const sums = make.op("Mul", [joined(make, each, 1), make.scalar(rows * columns)]);
  return reshaped(make, sums, shapes.weight);
};
