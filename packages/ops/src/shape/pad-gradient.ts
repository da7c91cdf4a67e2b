import { stringAttr, type Value } from "@pare/ir";
import { formulas } from "../gradient/formulas.ts";
import { putBack } from "../gradient/put-back.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";

/** Elements before and after an axis; negative ones are cut off. */
interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const padGradient: GradientRule = (context) => {
  const paddings = paddingsOf(context);
  const mode = stringAttr(context.node, "mode", "constant");
  if (mode !== "constant") return [folded(context, paddings, mode)];
  const inside = unpadded(context, paddings);
  return [inside, undefined, context.needs(2) ? ofConstant(context, inside) : undefined];
};

function paddingsOf(context: GradientContext): readonly Padding[] {
  const { node, ints } = context;
  const rank = context.inputShape(0).length;
  const pads = numbersOf(ints(1));
  const axes = node.inputs[3] === undefined ? context.inputShape(0).map((_, axis) => axis) : numbersOf(ints(3));
  if (pads === undefined || axes === undefined) throw context.refused("its pads are not constant");
  return axes.map((axis, i) => ({
    axis: axisIndex(axis, rank)!,
    before: pads[i]!,
    after: pads[i + axes.length]!,
  }));
}

/** Cuts off what was added and fills up what was cut off. */
function unpadded({ make, gradients }: GradientContext, paddings: readonly Padding[]): Value {
  const axes = make.ints(paddings.map(({ axis }) => axis));
  const pads = [...paddings.map(({ before }) => -before), ...paddings.map(({ after }) => -after)];
  return pads.every((pad) => pad === 0)
    ? gradients[0]!
    : make.op("Pad", [gradients[0], make.ints(pads), undefined, axes]);
}

/** All that did not come from the input came from the constant. */
function ofConstant({ make, gradients, inputShape, outputShape }: GradientContext, inside: Value): Value {
  const f = formulas(make);
  const all = (value: Value, shape: readonly number[]) =>
    f.reshape(
      f.sum(
        value,
        shape.map((_, axis) => axis),
      ),
      inputShape(2),
    );
  return f.sub(all(gradients[0]!, outputShape(0)), all(inside, inputShape(0)));
}

/** Axis by axis, back to where the elements beyond the edges were taken from. */
function folded(context: GradientContext, paddings: readonly Padding[], mode: string): Value {
  const sizes = context.inputShape(0);
  let gradient = context.gradients[0]!;
  let shape = context.outputShape(0);
  for (const { axis, before } of paddings) {
    const size = sizes[axis]!;
    const from = Array.from({ length: shape[axis]! }, (_, i) => within(i - before, size, mode));
    gradient = putBack(context.make, gradient, shape, { axis, size, from });
    shape = shape.with(axis, size);
  }
  return gradient;
}

/** The input's place that place i, which may lie outside, is filled from. */
function within(i: number, size: number, mode: string): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "wrap") return ((i % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const place = ((i % period) + period) % period;
  return place < size ? place : period - place;
}
