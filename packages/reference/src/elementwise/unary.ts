import type { NumberArray } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";

export function map({ shape, data }: NumberArray, apply: (x: number) => number): NumberArray {
  return { shape, data: data.map((x) => apply(x)) };
}

const unaryOf = (apply: (x: number) => number): Kernel => {
  return ({ input }) => [map(input(0), apply)];
};

/** Functions of one element. */
export const unary: Kernels = {
  "onnx.Neg": unaryOf((x) => -x),
};
