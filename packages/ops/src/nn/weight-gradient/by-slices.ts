import type { Value } from "@pare/ir";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";
import { contract, count, joined, type Plane, planeOf, reshaped, type WeightGradient } from "./plane.ts";

/** The data is padded once; every offset takes its elements from it by a Slice, and has a product with ∂Y. */
export const bySlices: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const plane = planeOf(shapes);
  const { batch, channels, outputs, rows, columns } = plane;
  const left = reshaped(make, gradient, [batch, outputs, rows * columns]);
  const padded = padOut(make, data, window);
  const each = count(plane.kernelRows).map((row) => {
    const byColumn = count(plane.kernelColumns).map((column) => {
      const seen = slice(make, padded, plane, window, [row, column]);
      const product = contract(make, left, reshaped(make, seen, [batch, channels, rows * columns]), {
        ...{ a: outputs, b: channels, length: rows * columns },
      });
      return reshaped(make, product, [outputs, channels, 1, 1]);
    });
    return joined(make, byColumn, 3);
  });
  return joined(make, each, 2);
};

function padOut(make: NodeMaker, data: Value, { padsBegin, padsEnd }: FixedWindow): Value {
  if ([...padsBegin, ...padsEnd].every((pad) => pad === 0)) return data;
  return make.op("Pad", [data, make.ints([0, 0, ...padsBegin, 0, 0, ...padsEnd])]);
}

/** What every window has at one offset: [N, C, rows, columns]. */
function slice(
  make: NodeMaker,
  padded: Value,
  { rows, columns }: Plane,
  { strides, dilations }: FixedWindow,
  offsets: readonly [number, number],
): Value {
  const begin = offsets.map((offset, i) => offset * dilations[i]!);
  const end = [rows, columns].map((windows, i) => begin[i]! + (windows - 1) * strides[i]! + 1);
  return make.op("Slice", [padded, make.ints(begin), make.ints(end), make.ints([2, 3]), make.ints(strides)]);
}
