import { broadcast } from "../broadcast.ts";
import type { Kernel, Kernels } from "../kernel.ts";

const variadic = (apply: (a: number, b: number) => number): Kernel => {
  return ({ inputs }) => [
    inputs.flatMap((input) => input ?? []).reduce((left, right) => broadcast([left, right], apply)),
  ];
};

/** Arithmetic of arrays that are broadcast together. */
export const binary: Kernels = {
  "onnx.Add": variadic((a, b) => a + b),
  "onnx.Sub": variadic((a, b) => a - b),
  "onnx.Mul": variadic((a, b) => a * b),
};
