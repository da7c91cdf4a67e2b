import { broadcastShapes } from "@pare/ops";
import { elementCount } from "@pare/tensor";
import { type NumberArray, offsetOf, places, stridesOf } from "./array.ts";

/** Applies a function to the elements of arrays that are broadcast together (numpy's rule). */
export function broadcast(arrays: readonly NumberArray[], apply: (...elements: number[]) => number): NumberArray {
  const shape = broadcastShapes(arrays.map((array) => array.shape)) as readonly number[];
  const strides = arrays.map((array) => stretchedStrides(array.shape, shape));
  const data = new Float64Array(elementCount(shape));
  let i = 0;
  for (const at of places(shape))
    data[i++] = apply(...arrays.map((array, k) => array.data[offsetOf(at, strides[k]!)]!));
  return { shape, data };
}

/** Strides that stay in place along axes of size 1 and along those that are missing in front. */
function stretchedStrides(shape: readonly number[], to: readonly number[]): readonly number[] {
  const lead = to.length - shape.length;
  const own = stridesOf(shape);
  return to.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
}
