import { filled, type NumberArray, offsetOf, places, stridesOf } from "./array.ts";

/** An array whose element at a place is the input's element at `from(place)`; `value` where that is undefined. */
export function pick(
  { shape: own, data }: NumberArray,
  shape: readonly number[],
  from: (place: readonly number[]) => readonly number[] | undefined,
  value = 0,
): NumberArray {
  const strides = stridesOf(own);
  const result = filled(shape, value);
  let i = 0;
  for (const at of places(shape)) {
    const place = from(at);
    if (place !== undefined) result.data[i] = data[offsetOf(place, strides)]!;
    i++;
  }
  return result;
}

/** Axes and indices below 0 count from the end. */
export function fromEnd(index: number, size: number): number {
  return index < 0 ? index + size : index;
}
