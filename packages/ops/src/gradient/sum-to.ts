import { attr, type Value } from "@pare/ir";
import type { GradientContext, NodeMaker } from "./rule.ts";

/**
 * Undoes broadcasting: sums `gradient` of shape `from` over the axes along which a value of shape `to` was stretched.
 * [8,3,4] → [3,1]: sums over axes 0 and 2, then drops axis 0.
 */
export function sumTo(make: NodeMaker, gradient: Value, from: readonly number[], to: readonly number[]): Value {
  const lead = from.length - to.length;
  const stretched = from.flatMap((size, axis) => (axis < lead || (to[axis - lead] === 1 && size !== 1) ? [axis] : []));
  if (stretched.length === 0) return gradient;
  const summed = make.op("ReduceSum", [gradient, make.ints(stretched)], { keepdims: attr.int(1) });
  return lead === 0 ? summed : make.op("Reshape", [summed, make.ints(to)], { allowzero: attr.int(1) });
}

/** The gradient of broadcast input `slot` from one in the shape of output 0, which is made only where it is needed. */
export function ofBroadcastInput(
  context: GradientContext,
  slot: number,
  gradient: () => Value | undefined,
): Value | undefined {
  const value = context.needs(slot) ? gradient() : undefined;
  return value && sumTo(context.make, value, context.outputShape(0), context.inputShape(slot));
}
