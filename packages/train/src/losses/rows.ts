import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount } from "@pare/tensor";

/** A value with its fixed shape. */
export interface Shaped {
  readonly value: Value;
  readonly shape: readonly number[];
}

/** A value as rows of classes: [N, C, H, W] with class axis 1 → [N·H·W, C]. */
export interface Rows {
  readonly value: Value;
  readonly rows: number;
  readonly classes: number;
  /** The shape without the class axis: what labels have. */
  readonly labels: readonly number[];
}

/** Axis 1, of three axes the last: [batch, length, vocabulary]. */
export function classAxisOf(shape: readonly number[]): number {
  return shape.length === 3 ? 2 : Math.min(1, shape.length - 1);
}

export function asRows(make: NodeMaker, { value, shape }: Shaped, axis: number): Rows {
  const others = shape.flatMap((_, each) => (each === axis ? [] : [each]));
  const sizes = others.map((each) => shape[each]!);
  const classes = shape[axis]!;
  const rows = elementCount(sizes);
  const last = axis === shape.length - 1;
  const arranged = last ? value : make.op("Transpose", [value], { perm: attr.ints([...others, axis]) });
  const flat = last && shape.length === 2 ? arranged : make.op("Reshape", [arranged, make.ints([rows, classes])]);
  // Pictures of one place are classified as a whole: [N, C, 1, 1] has labels [N].
  const labels = sizes.slice(1).every((size) => size === 1) ? sizes.slice(0, 1) : sizes;
  return { value: flat, rows, classes, labels };
}

/** The sum of all elements as a scalar. */
export function sum(make: NodeMaker, value: Value): Value {
  return make.op("ReduceSum", [value], { keepdims: attr.int(0) });
}

/** The mean of `count` elements as a scalar. */
export function mean(make: NodeMaker, value: Value, count: number): Value {
  return make.op("Mul", [sum(make, value), make.scalar(1 / count)]);
}
