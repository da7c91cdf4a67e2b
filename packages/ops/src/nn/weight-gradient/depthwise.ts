import { attr, type Value } from "@pare/ir";
import { axisMatrix } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";
import { overSamples, type Plane, planeOf, reshaped, stackedRows, type WeightGradient } from "./plane.ts";

/**
 * Depthwise, [C, 1, k, k]: Σ over rows of X[·, u]·∂Y[·, v] for every pair of columns u, v, of which those that are one
 * offset apart are summed at the end. Nothing is shifted horizontally; X is stacked by vertical offsets.
 */
export const depthwise: WeightGradient = (make, { data, gradient, shapes, window }) => {
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
