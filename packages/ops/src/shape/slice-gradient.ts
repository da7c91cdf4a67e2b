import { putBack, type Taken } from "../gradient/put-back.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";

/** Axis by axis, back to where the elements were taken from. */
export const sliceGradient: GradientRule = (context) => {
  let gradient = context.gradients[0]!;
  let shape = context.outputShape(0);
  for (const taken of cutsOf(context)) {
    gradient = putBack(context.make, gradient, shape, taken);
    shape = shape.with(taken.axis, taken.size);
  }
  return [gradient];
};

function cutsOf(context: GradientContext): readonly Taken[] {
  const sizes = context.inputShape(0);
  const given = (slot: number, what: string) => {
    if (context.node.inputs[slot] === undefined) return undefined;
    const found = numbersOf(context.ints(slot));
    if (found === undefined) throw context.refused(`its ${what} are not constant`);
    return found;
  };
  const starts = given(1, "starts")!;
  const axes = given(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = given(4, "steps") ?? starts.map(() => 1);
  return axes.map((each, i) => {
    const axis = axisIndex(each, sizes.length)!;
    const size = sizes[axis]!;
    const step = steps[i]!;
    const start = starts[i]! < 0 ? starts[i]! + size : starts[i]!;
    const first = Math.min(Math.max(start, 0), step > 0 ? size : size - 1);
    const from = Array.from({ length: context.outputShape(0)[axis]! }, (_, k) => first + k * step);
    return { axis, size, from };
  });
}
