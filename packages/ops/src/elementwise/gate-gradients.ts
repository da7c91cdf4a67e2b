/** Functions of a value and a second one that it is multiplied with. */
import { formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { swishSlope } from "./activation-gradients.ts";

/** y = x for x > 0, else slope·x. At 0 the gradient of x is that for x < 0. */
export const preluGradient: GradientRule = (context) => {
  const f = formulas(context.make);
  const [x, slope] = [context.node.inputs[0]!, context.node.inputs[1]!];
  const dy = context.gradients[0]!;
  return [
    ofBroadcastInput(context, 0, () => f.mul(dy, f.add(f.mul(f.above(x, 0), f.sub(1, slope)), slope))),
    ofBroadcastInput(context, 1, () => f.mul(dy, f.of("Min", x, 0))),
  ];
};

/** y = a·sigmoid(a)·b. */
export const swiGluGradient: GradientRule = ({ node, make, gradients, needs }) => {
  const f = formulas(make);
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  const dy = gradients[0]!;
  return [
    needs(0) ? f.mul(dy, f.mul(b, swishSlope(f, a, 1))) : undefined,
    needs(1) ? f.mul(dy, f.mul(a, f.of("Sigmoid", a))) : undefined,
  ];
};
