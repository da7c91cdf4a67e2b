import type { Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import type { NodeMaker } from "./rule.ts";

/** Rows [to, from], row-major: a linear map of one axis. */
export interface AxisMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly elements: Float32Array;
}

export function axisMatrix(
  rows: number,
  columns: number,
  element: (row: number, column: number) => number,
): AxisMatrix {
  const elements = Float32Array.from({ length: rows * columns }, (_, i) =>
    element(Math.floor(i / columns), i % columns),
  );
  return { rows, columns, elements };
}

export function transposed({ rows, columns, elements }: AxisMatrix): AxisMatrix {
  return axisMatrix(columns, rows, (row, column) => elements[column * columns + row]!);
}

function isIdentity({ rows, columns, elements }: AxisMatrix): boolean {
  return rows === columns && elements.every((element, i) => element === Number(i % (columns + 1) === 0));
}

/**
 * Multiplies one axis by a matrix: [A, from, B] → [A, to, B] as a product, which ONNX Runtime spreads over threads where
 * Slice, Pad and Concat use one.
 * @param shape of `value`; axis `axis` has `matrix.columns` elements
 */
export function alongAxis(
  make: NodeMaker,
  value: Value,
  shape: readonly number[],
  axis: number,
  matrix: AxisMatrix,
): Value {
  const { rows, columns, elements } = matrix;
  if (isIdentity(matrix)) return value;
  const after = shape.with(axis, rows);
  if (axis === shape.length - 1) {
    const turned = transposed(matrix);
    return make.op("MatMul", [value, make.floats(turned.elements, [columns, rows])]);
  }
  const map = make.floats(elements, [rows, columns]);
  if (axis === shape.length - 2) return make.op("MatMul", [map, value]);
  const flat = make.ints([elementCount(shape.slice(0, axis)), columns, elementCount(shape.slice(axis + 1))]);
  const product = make.op("MatMul", [map, make.op("Reshape", [value, flat])]);
  return make.op("Reshape", [product, make.ints(after)]);
}
