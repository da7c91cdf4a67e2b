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

/** The last two axes swapped. */
function turned({ shape, data }: NumberArray): NumberArray {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const size = rows * columns;
  const from = (i: number) => i - (i % size) + ((i % size) % rows) * columns + Math.floor((i % size) / rows);
  return { shape: [...shape.slice(0, -2), columns, rows], data: data.map((_, i) => data[from(i)]!) };
}

const gemm: Kernel = ({ node, inputs, input }) => {
  const flag = (name: string) => intAttr(node, name, 0) !== 0;
  const a = flag("transA") ? turned(input(0)) : input(0);
  const b = flag("transB") ? turned(input(1)) : input(1);
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 1)];
  const c = inputs[2] ?? filled([], 0);
  return [broadcast([product(a, b), c], (x, y) => alpha * x + beta * y)];
};

const fusedMatMul: Kernel = ({ node, input }) => {
  const [a, b] = [input(0), input(1)];
  const { shape, data } = product(
    intAttr(node, "transA", 0) !== 0 && a.shape.length > 1 ? turned(a) : a,
    intAttr(node, "transB", 0) !== 0 && b.shape.length > 1 ? turned(b) : b,
  );
  return [{ shape, data: data.map((x) => floatAttr(node, "alpha", 1) * x) }];
};

export const products: Kernels = {
  "onnx.MatMul": ({ input }) => [product(input(0), input(1))],
  "onnx.Gemm": gemm,
  "com.microsoft.FusedMatMul": fusedMatMul,
};
