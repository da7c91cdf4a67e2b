import { elementCount } from "@pare/tensor";
import { arrayOf, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import { broadcast } from "../broadcast.ts";
import type { Kernels } from "../kernel.ts";

/** numpy's matmul: vectors are a row on the left and a column on the right, axes before the last two are broadcast. */
function matMul(a: NumberArray, b: NumberArray): NumberArray {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [rows, depth, columns] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const starts = broadcast([matrixStarts(left), matrixStarts(right)], (first) => first);
  const lefts = starts.data;
  const rights = broadcast([matrixStarts(left), matrixStarts(right)], (_, second) => second).data;
  const data = new Float64Array(elementCount(starts.shape) * rows * columns);
  let i = 0;
  for (let matrix = 0; matrix < lefts.length; matrix++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, i++)
        for (let k = 0; k < depth; k++)
          data[i]! += a.data[lefts[matrix]! + row * depth + k]! * b.data[rights[matrix]! + k * columns + column]!;
  const ends = [...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])];
  return { shape: [...starts.shape, ...ends], data };
}

/** The offset of each matrix of […, M, K], in the shape of the leading axes. */
function matrixStarts(shape: readonly number[]): NumberArray {
  const leading = shape.slice(0, -2);
  const strides = stridesOf(shape);
  const starts: number[] = [];
  for (const at of places(leading)) starts.push(offsetOf(at, strides));
  return arrayOf(leading, starts);
}

export const products: Kernels = {
  "onnx.MatMul": ({ input }) => [matMul(input(0), input(1))],
};
