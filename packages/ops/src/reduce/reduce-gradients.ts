import { intAttr, type Value } from "@pare/ir";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";

/** The input's shape with 1 along the reduced axes. */
function keptShape(context: GradientContext): readonly number[] {
  const shape = context.inputShape(0);
  const axes = context.node.inputs[1] === undefined ? [] : numbersOf(context.ints(1));
  if (axes === undefined) throw context.refused("its axes are not constant");
  if (axes.length === 0) return intAttr(context.node, "noop_with_empty_axes", 0) === 1 ? shape : shape.map(() => 1);
  const reduced = axes.map((axis) => axisIndex(axis, shape.length));
  return shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
}

/** The gradient of the output in the shape of the input. */
function spread(context: GradientContext): Value {
  const { make } = context;
  const kept = make.op("Reshape", [context.gradients[0], make.ints(keptShape(context))]);
  return make.op("Expand", [kept, make.ints(context.inputShape(0))]);
}

/** By operator type. */
export const reductionGradients: Readonly<Record<string, GradientRule>> = {
  ReduceSum: (context) => [spread(context)],
};
