/** Gradients of sums, products, norms and extrema over axes, by operator type. */
import { intAttr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";

/** The reduced axes, counted from 0. */
function axesOf(context: GradientContext, rank: number): readonly number[] {
  const given = context.node.inputs[1] === undefined ? [] : numbersOf(context.ints(1));
  if (given === undefined) throw context.refused("its axes are not constant");
  if (given.length > 0) return given.map((axis) => axisIndex(axis, rank)!);
  return intAttr(context.node, "noop_with_empty_axes", 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

interface Reduction {
  readonly f: Formulas;
  readonly x: Value;
  /** The output and its gradient, with size 1 along the reduced axes. */
  readonly y: Value;
  readonly dy: Value;
  readonly axes: readonly number[];
  /** How many elements make one. */
  readonly count: number;
  /** Repeats along the reduced axes. */
  spread(kept: Value): Value;
}

/** `chain` gives ∂loss/∂x. */
function reduction(chain: (reduction: Reduction) => Value): GradientRule {
  return (context) => {
    const { node, make } = context;
    const f = formulas(make);
    const shape = context.inputShape(0);
    const axes = axesOf(context, shape.length);
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const keeps = kept.length === context.outputShape(0).length;
    const withAxes = (value: Value) => (keeps ? value : f.reshape(value, kept));
    const reduced: Reduction = {
      ...{ f, x: node.inputs[0]!, axes },
      y: withAxes(node.outputs[0]!),
      dy: withAxes(context.gradients[0]!),
      count: elementCount(axes.map((axis) => shape[axis]!)),
      spread: (value) => (axes.length === 0 ? value : make.op("Expand", [value, make.ints(shape)])),
    };
    return [chain(reduced)];
  };
}

/** Elements that are equally extreme get equal parts. `below`: how far an element is from the extreme, 0 or negative. */
function extremum(below: (reduction: Reduction) => Value): GradientRule {
  return reduction((at) => {
    const { f, dy, axes } = at;
    const chosen = f.step(below(at), 1);
    return f.mul(chosen, f.div(dy, f.sum(chosen, axes)));
  });
}

/**
 * The product of all other elements, without dividing by 0: zeros count as 1 in the product, and it reaches an element only
 * where no other one is 0.
 */
function productOfOthers({ f, x, axes }: Reduction): Value {
  const zero = f.float(f.of("Equal", x, 0));
  const filled = f.add(x, zero);
  const otherZeros = f.sub(f.sum(zero, axes), zero);
  return f.mul(f.div(f.product(filled, axes), filled), f.below(otherZeros, 0.5));
}

export const reductionGradients: Readonly<Record<string, GradientRule>> = {
  ReduceSum: reduction(({ dy, spread }) => spread(dy)),
  ReduceMean: reduction(({ f, dy, count, spread }) => spread(f.mul(dy, 1 / count))),
  ReduceMax: extremum(({ f, x, y }) => f.sub(x, y)),
  ReduceMin: extremum(({ f, x, y }) => f.sub(y, x)),
  ReduceProd: reduction((at) => at.f.mul(at.dy, productOfOthers(at))),
  /** At 0: 0. */
  ReduceL1: reduction(({ f, x, dy }) => f.mul(f.sign(x), dy)),
  /** Where all elements are 0: 0. */
  ReduceL2: reduction(({ f, x, y, dy }) => f.mul(x, f.divByRoot(dy, y))),
  ReduceSumSquare: reduction(({ f, x, dy }) => f.mul(x, f.mul(dy, 2))),
  ReduceLogSum: reduction(({ f, y, dy, spread }) => spread(f.mul(dy, f.of("Exp", f.of("Neg", y))))),
  /** softmax(x)·dy. The sum of exp(x − y) is 1, but for the rounding of y, which is large where y is. */
  ReduceLogSumExp: reduction(({ f, x, y, dy, axes }) => {
    const parts = f.of("Exp", f.sub(x, y));
    return f.mul(parts, f.div(dy, f.sum(parts, axes)));
  }),
};
