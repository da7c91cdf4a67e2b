/** Slopes of the mathematical functions of one element, by operator type. */
import { type Point, pointwise } from "../gradient/pointwise.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { activationGradients } from "./activation-gradients.ts";

const chains: Readonly<Record<string, (point: Point) => Point["dy"]>> = {
  /** At 0 the slope is 0. */
  Abs: ({ f, dy, x }) => f.mul(dy, f.sign(x)),
  Neg: ({ f, dy }) => f.of("Neg", dy),
  Reciprocal: ({ f, dy, y }) => f.of("Neg", f.mul(dy, f.square(y))),
  Exp: ({ f, dy, y }) => f.mul(dy, y),
  Log: ({ f, dy, x }) => f.div(dy, x),
  Sqrt: ({ f, dy, y }) => f.divByRoot(f.mul(dy, 0.5), y),
  Erf: ({ f, dy, x }) => f.mul(dy, f.mul(2 / Math.sqrt(Math.PI), f.of("Exp", f.of("Neg", f.square(x))))),
  Sin: ({ f, dy, x }) => f.mul(dy, f.of("Cos", x)),
  Cos: ({ f, dy, x }) => f.of("Neg", f.mul(dy, f.of("Sin", x))),
  Tan: ({ f, dy, y }) => f.mul(dy, f.add(1, f.square(y))),
  Asin: ({ f, dy, x }) => f.divByRoot(dy, f.of("Sqrt", f.sub(1, f.square(x)))),
  Acos: ({ f, dy, x }) => f.of("Neg", f.divByRoot(dy, f.of("Sqrt", f.sub(1, f.square(x))))),
  Atan: ({ f, dy, x }) => f.div(dy, f.add(1, f.square(x))),
  Sinh: ({ f, dy, x }) => f.mul(dy, f.of("Cosh", x)),
  Cosh: ({ f, dy, x }) => f.mul(dy, f.of("Sinh", x)),
  Tanh: ({ f, dy, y }) => f.mul(dy, f.sub(1, f.square(y))),
  Asinh: ({ f, dy, x }) => f.div(dy, f.of("Sqrt", f.add(f.square(x), 1))),
  Acosh: ({ f, dy, x }) => f.divByRoot(dy, f.of("Sqrt", f.sub(f.square(x), 1))),
  Atanh: ({ f, dy, x }) => f.div(dy, f.sub(1, f.square(x))),
};

/** Steps: flat wherever they have a slope at all. */
const flat = ["Sign", "Floor", "Ceil", "Round", "Not", "BitwiseNot"];

export const unaryGradients: Readonly<Record<string, GradientRule | "none">> = {
  ...Object.fromEntries(Object.entries(chains).map(([type, chain]) => [type, pointwise(chain)])),
  ...activationGradients,
  ...Object.fromEntries(flat.map((type) => [type, "none" as const])),
};
