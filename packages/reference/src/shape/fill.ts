import { intAttr, tensorAttr } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { arrayOf, filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernels } from "../kernel.ts";

/** Index 0 of 3 becomes on, off, off along a new axis; −1 is the last, and one outside has no place. */
function oneHot(indices: NumberArray, depth: number, values: readonly number[], axis: number): NumberArray {
  const along = axis < 0 ? axis + indices.shape.length + 1 : axis;
  const shape = indices.shape.toSpliced(along, 0, depth);
  const strides = stridesOf(indices.shape);
  const data: number[] = [];
  for (const at of places(shape)) {
    const index = indices.data[offsetOf(at.toSpliced(along, 1), strides)]!;
    data.push(values[Number(at[along] === (index < 0 ? index + depth : index))]!);
  }
  return arrayOf(shape, data);
}

/** Arrays that are made from sizes and indices. */
export const fills: Kernels = {
  "onnx.ConstantOfShape": ({ node, input }) => {
    const value = tensorAttr(node, "value");
    return [filled([...input(0).data], value === undefined ? 0 : [...numbers(value)][0]!)];
  },
  "onnx.EyeLike": ({ node, input }) => {
    const [rows, columns] = input(0).shape as [number, number];
    const shift = intAttr(node, "k", 0);
    const isOne = (i: number) => (i % columns) - Math.floor(i / columns) === shift;
    return [
      arrayOf(
        [rows, columns],
        Array.from({ length: rows * columns }, (_, i) => Number(isOne(i))),
      ),
    ];
  },
  "onnx.OneHot": ({ node, input }) => [
    oneHot(input(0), input(1).data[0]!, [...input(2).data], intAttr(node, "axis", -1)),
  ],
  "onnx.Range": ({ input }) => {
    const [start, limit, delta] = [input(0).data[0]!, input(1).data[0]!, input(2).data[0]!];
    const length = Math.max(0, Math.ceil((limit - start) / delta));
    return [
      arrayOf(
        [length],
        Array.from({ length }, (_, i) => start + i * delta),
      ),
    ];
  },
  "onnx.Shape": ({ node, input }) => {
    const sizes = input(0).shape.slice(intAttr(node, "start", 0), intAttr(node, "end"));
    return [arrayOf([sizes.length], sizes)];
  },
  "onnx.Size": ({ input }) => [arrayOf([], [input(0).data.length])],
};
