import { formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/** Each element of the gradient goes to the input that was taken. Products with 0 and 1 are twice as fast as Where. */
export const whereGradient: GradientRule = (context) => {
  const { node, make } = context;
  const f = formulas(make);
  const dy = context.gradients[0]!;
  const taken = f.float(node.inputs[0]!);
  const reduced = (slot: 1 | 2) => {
    if (!context.needs(slot)) return undefined;
    const gradient = f.mul(dy, slot === 1 ? taken : f.sub(1, taken));
    return sumTo(make, gradient, context.outputShape(0), context.inputShape(slot));
  };
  return [undefined, reduced(1), reduced(2)];
};
