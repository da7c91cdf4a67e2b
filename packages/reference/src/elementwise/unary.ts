import type { NumberArray } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { erf } from "./erf.ts";

export function map({ shape, data }: NumberArray, apply: (x: number) => number): NumberArray {
  return { shape, data: data.map((x) => apply(x)) };
}

const unaryOf = (apply: (x: number) => number): Kernel => {
  return ({ input }) => [map(input(0), apply)];
};

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Functions of one element. */
export const unary: Kernels = {
  "onnx.Abs": unaryOf(Math.abs),
  "onnx.Acos": unaryOf(Math.acos),
  "onnx.Acosh": unaryOf(Math.acosh),
  "onnx.Asin": unaryOf(Math.asin),
  "onnx.Asinh": unaryOf(Math.asinh),
  "onnx.Atan": unaryOf(Math.atan),
  "onnx.Atanh": unaryOf(Math.atanh),
  "onnx.Ceil": unaryOf(Math.ceil),
  "onnx.Cos": unaryOf(Math.cos),
  "onnx.Cosh": unaryOf(Math.cosh),
  "onnx.Erf": unaryOf(erf),
  "onnx.Exp": unaryOf(Math.exp),
  "onnx.Floor": unaryOf(Math.floor),
  "onnx.IsInf": unaryOf((x) => Number(Math.abs(x) === Number.POSITIVE_INFINITY)),
  "onnx.IsNaN": unaryOf((x) => Number(Number.isNaN(x))),
  "onnx.Log": unaryOf(Math.log),
  "onnx.Neg": unaryOf((x) => -x),
  "onnx.Not": unaryOf((x) => 1 - x),
  "onnx.Reciprocal": unaryOf((x) => 1 / x),
  "onnx.Round": unaryOf(roundHalfEven),
  "onnx.Sign": unaryOf(Math.sign),
  "onnx.Sin": unaryOf(Math.sin),
  "onnx.Sinh": unaryOf(Math.sinh),
  "onnx.Sqrt": unaryOf(Math.sqrt),
  "onnx.Tan": unaryOf(Math.tan),
  "onnx.Tanh": unaryOf(Math.tanh),
};
