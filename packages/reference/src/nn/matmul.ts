import { floatAttr, intAttr } from "@pare/ir";
import { broadcastShapes } from "@pare/ops";
import { filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import { broadcast } from "../broadcast.ts";
import type { Kernel, Kernels } from "../kernel.ts";

function product(a: NumberArray, b: NumberArray): NumberArray {
  const [left, right] = [
    a.shape.length === 1 ? [1, ...a.shape] : a.shape,
    b.shape.length === 1 ? [...b.shape, 1] : b.shape,
  ];
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)]) as readonly number[];
  const [rows, inner, columns] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const result = filled([...batch, rows, columns], 0);
  const [ofA, ofB] = [batchStrides(left, batch), batchStrides(right, batch)];
  let i = 0;
  for (const at of places(batch)) {
    const [fromA, fromB] = [offsetOf(at, ofA), offsetOf(at, ofB)];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a.data[fromA + row * inner + k]! * b.data[fromB + k * columns + column]!;
        result.data[i++] = sum;
      }
  }
  const shape = [...batch, ...(a.shape.length > 1 ? [rows] : []), ...(b.shape.length > 1 ? [columns] : [])];
  return { shape, data: result.data };
}

function batchStrides(shape: readonly number[], batch: readonly number[]): readonly number[] {
  const own = stridesOf(shape).slice(0, -2);
  const lead = batch.length - own.length;
  return batch.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
}

function turned({ shape, data }: NumberArray): NumberArray {
  const [rows, columns] = shape as [number, number];
  const at = (i: number) => data[(i % rows) * columns + Math.floor(i / rows)]!;
  return { shape: [columns, rows], data: data.map((_, i) => at(i)) };
}

const gemm: Kernel = ({ node, inputs, input }) => {
  const flag = (name: string) => intAttr(node, name, 0) !== 0;
  const a = flag("transA") ? turned(input(0)) : input(0);
  const b = flag("transB") ? turned(input(1)) : input(1);
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 1)];
  const c = inputs[2] ?? filled([], 0);
  return [broadcast([product(a, b), c], (x, y) => alpha * x + beta * y)];
};

export const products: Kernels = {
  "onnx.MatMul": ({ input }) => [product(input(0), input(1))],
  "onnx.Gemm": gemm,
};
