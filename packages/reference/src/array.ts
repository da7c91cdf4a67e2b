import { elementCount, numbers, type Tensor } from "@pare/tensor";

/** Numbers in row-major order. Integers and booleans (0 and 1) are numbers too: all up to 2^53 are exact. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function arrayOf(shape: readonly number[], values: ArrayLike<number>): NumberArray {
  return { shape, data: Float64Array.from(values) };
}

export function filled(shape: readonly number[], value: number): NumberArray {
  return { shape, data: new Float64Array(elementCount(shape)).fill(value) };
}

export function arrayOfTensor(tensor: Tensor): NumberArray {
  return arrayOf(tensor.shape, [...numbers(tensor)]);
}

/** Steps in `data` from one element to the next along each axis: [2,3,4] → [12,4,1]. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides: number[] = new Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Every place of a shape in row-major order; the array is the same one each time, changed in place. */
export function* places(shape: readonly number[]): Generator<readonly number[]> {
  const at = new Array<number>(shape.length).fill(0);
  const count = elementCount(shape);
  for (let i = 0; i < count; i++) {
    yield at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
}

/** The offset of a place. */
export function offsetOf(at: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < at.length; axis++) offset += at[axis]! * strides[axis]!;
  return offset;
}
