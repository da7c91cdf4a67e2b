import { formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";

/** Each element of the gradient goes to the input that was taken. Products with 0 and 1 are twice as fast as Where. */
export const whereGradient: GradientRule = (context) => {
  const f = formulas(context.make);
  const dy = context.gradients[0]!;
  const taken = f.float(context.node.inputs[0]!);
  return [
    undefined,
    ofBroadcastInput(context, 1, () => f.mul(dy, taken)),
    ofBroadcastInput(context, 2, () => f.mul(dy, f.sub(1, taken))),
  ];
};
