import { intAttr } from "@pare/ir";
import { broadcast } from "../broadcast.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { map } from "./unary.ts";

/** Inputs that are there, taken together from the left. */
const variadic = (apply: (a: number, b: number) => number): Kernel => {
  return ({ inputs }) => [
    inputs.flatMap((input) => input ?? []).reduce((left, right) => broadcast([left, right], apply)),
  ];
};

/** Bool is 0 and 1. */
const comparison = (holds: (a: number, b: number) => boolean): Kernel => variadic((a, b) => Number(holds(a, b)));

/** The sign is the divisor's, with `fmod` the dividend's. */
const remainder: Kernel = ({ node, input }) => [
  broadcast([input(0), input(1)], (a, b) => (intAttr(node, "fmod", 0) === 1 ? a % b : a - b * Math.floor(a / b))),
];

const mean: Kernel = (context) => {
  const [total] = variadic((a, b) => a + b)(context);
  return [map(total!, (x) => x / context.inputs.length)];
};

const swish = (x: number) => x / (1 + Math.exp(-x));

/** Functions of arrays that are broadcast together. */
export const binary: Kernels = {
  "onnx.Add": variadic((a, b) => a + b),
  "onnx.Sub": variadic((a, b) => a - b),
  "onnx.Mul": variadic((a, b) => a * b),
  "onnx.Div": variadic((a, b) => a / b),
  "onnx.Max": variadic(Math.max),
  "onnx.Mean": mean,
  "onnx.Min": variadic(Math.min),
  "onnx.Mod": remainder,
  "onnx.Pow": variadic((a, b) => a ** b),
  "onnx.PRelu": variadic((x, slope) => (x < 0 ? slope * x : x)),
  "onnx.Sum": variadic((a, b) => a + b),
  "onnx.SwiGLU": variadic((a, b) => swish(a) * b),
  "onnx.And": comparison((a, b) => a !== 0 && b !== 0),
  "onnx.Equal": comparison((a, b) => a === b),
  "onnx.Greater": comparison((a, b) => a > b),
  "onnx.GreaterOrEqual": comparison((a, b) => a >= b),
  "onnx.Less": comparison((a, b) => a < b),
  "onnx.LessOrEqual": comparison((a, b) => a <= b),
  "onnx.Or": comparison((a, b) => a !== 0 || b !== 0),
  "onnx.Xor": comparison((a, b) => (a !== 0) !== (b !== 0)),
};
