import type { Value } from "@pare/ir";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { singleOf } from "../known.ts";

const low = 1;
const high = 2;

/**
 * y = min(max(x, low), high): the gradient goes to x strictly between the limits, to the limit that y is equal to elsewhere
 * (so that Clip from 0 on has the gradient of Relu). `low` must be less than `high`.
 */
export const clipGradient: GradientRule = (context) => {
  const f = formulas(context.make);
  const dy = context.gradients[0]!;
  const free = [low, high].flatMap((slot) => freeOf(f, context, slot) ?? []);
  const inside = () => free.reduce((gradient, mask) => f.mul(gradient, mask), dy);
  const ofLimit = (slot: number) =>
    ofBroadcastInput(context, slot, () => f.mul(dy, f.sub(1, freeOf(f, context, slot)!)));
  return [context.needs(0) ? inside() : undefined, ofLimit(low), ofLimit(high)];
};

/** 1 where y is not at the limit, else 0; undefined where there is no limit. */
function freeOf(f: Formulas, { node, ints }: GradientContext, slot: number): Value | undefined {
  const limit = node.inputs[slot];
  if (limit === undefined) return undefined;
  const y = node.outputs[0]!;
  const known = singleOf(ints(slot));
  if (typeof known === "number") return slot === low ? f.above(y, known) : f.below(y, known);
  return f.step(slot === low ? f.sub(y, limit) : f.sub(limit, y), 0);
}
