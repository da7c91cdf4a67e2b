/**
 * Gradient formulas written as arithmetic: dy·(1 − y²) is `f.mul(dy, f.sub(1, f.square(y)))`. Numbers are float32 scalars.
 *
 * Conditions are steps made of one HardSigmoid: it uses all cores in ONNX Runtime's CPU provider, which Greater, Where and
 * Sign do not, and gives numbers to multiply with. Nothing here makes 0·∞ of finite numbers.
 */
import { attr, type Value } from "@pare/ir";
import { codeOfDType } from "../value-types.ts";
import type { NodeMaker } from "./rule.ts";

export type Operand = Value | number;

export interface Formulas {
  /** Any operator of the default domain: `f.of("Cos", x)`. */
  of(type: string, ...inputs: readonly Operand[]): Value;
  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  div(a: Operand, b: Operand): Value;
  square(x: Value): Value;
  /** a ÷ root, for a root or norm ≥ 0 that may be 0, where the slope is infinite: it counts as 1e19 (see `leastRoot`). */
  divByRoot(a: Operand, root: Value): Value;
  /** Sums over axes ≥ 0, which stay with size 1. */
  sum(x: Value, axes: readonly number[]): Value;
  product(x: Value, axes: readonly number[]): Value;
  /** The sum, divided by the number of elements. */
  mean(x: Value, axes: readonly number[]): Value;
  /** The same elements in another shape. */
  reshape(x: Value, shape: readonly number[]): Value;
  /** As float32: conditions (bool) become 1 and 0. */
  float(x: Value): Value;
  /** 0 for x < 0, 1 for x > 0, and `atZero` between (for |x| < 1e-30 a straight line). */
  step(x: Value, atZero: 0 | 0.5 | 1): Value;
  /** 1 where x > limit, else 0. */
  above(x: Value, limit: number): Value;
  /** 1 where x < limit, else 0. */
  below(x: Value, limit: number): Value;
  /** −1, 0 or 1. */
  sign(x: Value): Value;
}

/** A slope of HardSigmoid so steep that it is a step. A power of two: products with it are exact. */
const steep = 2 ** 100;
/** `steep` times this is still a float32. */
const largestShift = 2 ** 27;
/** The root of the smallest normal float32 is 1.1e-19: no root of a normal number is raised to this. */
const leastRoot = 1e-19;

export function formulas(make: NodeMaker): Formulas {
  const operand = (x: Operand) => (typeof x === "number" ? make.scalar(x) : x);
  const of: Formulas["of"] = (type, ...inputs) => make.op(type, inputs.map(operand));
  const ramp = (x: Value, alpha: number, beta: number) =>
    make.op("HardSigmoid", [x], { alpha: attr.float(alpha), beta: attr.float(beta) });
  const reduce = (type: string, x: Value, axes: readonly number[]) =>
    axes.length === 0 ? x : make.op(type, [x, make.ints(axes)], { keepdims: attr.int(1) });
  return {
    of,
    add: (a, b) => of("Add", a, b),
    sub: (a, b) => of("Sub", a, b),
    mul: (a, b) => of("Mul", a, b),
    div: (a, b) => of("Div", a, b),
    square: (x) => of("Mul", x, x),
    divByRoot: (a, root) => of("Div", a, of("Max", root, leastRoot)),
    sum: (x, axes) => reduce("ReduceSum", x, axes),
    product: (x, axes) => reduce("ReduceProd", x, axes),
    mean: (x, axes) => reduce("ReduceMean", x, axes),
    reshape: (x, shape) => make.op("Reshape", [x, make.ints(shape)], { allowzero: attr.int(1) }),
    float: (x) => make.op("Cast", [x], { to: attr.int(codeOfDType("float32")) }),
    step: (x, atZero) => ramp(x, steep, atZero),
    above: (x, limit) =>
      Math.abs(limit) < largestShift ? ramp(x, steep, -limit * steep) : ramp(of("Sub", x, limit), steep, 0),
    below: (x, limit) =>
      Math.abs(limit) < largestShift ? ramp(x, -steep, limit * steep) : ramp(of("Sub", x, limit), -steep, 0),
    sign: (x) => of("Clip", of("Mul", x, steep), -1, 1),
  };
}
