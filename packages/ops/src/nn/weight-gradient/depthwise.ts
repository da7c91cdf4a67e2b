import { attr, type Value } from "@pare/ir";
import { alongAxis, axisMatrix } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";
import { count, joined, type Plane, planeOf, reshaped, taps, type WeightGradient } from "./plane.ts";

/**
 * Depthwise, [C, 1, k, k]: Σ over samples and rows of X[·, u]·∂Y[·, v] for every pair of columns u, v, of which those that
 * are one offset apart are summed at the end. Nothing is shifted horizontally, and samples lie beside rows, so that
 * nothing is left to be summed over them.
 */
export const depthwise: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, height, rows, columns, width, kernelRows, kernelColumns } = plane;
  const swapped = (value: Value) => make.op("Transpose", [value], { perm: attr.ints([1, 0, 2, 3]) });
  const right = reshaped(make, swapped(gradient), [channels, batch * rows, columns]);
  const byChannel = swapped(data);
  const each = count(kernelRows).map((row) => {
    const seen = alongAxis(make, byChannel, [channels, batch, height, width], 2, taps(window, 0, height, rows, [row]));
    const left = make.op("Transpose", [reshaped(make, seen, [channels, batch * rows, width])], {
      perm: attr.ints([0, 2, 1]),
    });
    return reshaped(make, make.op("MatMul", [left, right]), [channels, 1, width * columns]);
  });
  const pairs = reshaped(make, joined(make, each, 1), [channels * kernelRows, width * columns]);
  const found = make.op("MatMul", [pairs, diagonals(make, plane, window)]);
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
