/** Functions of a value and a second one that it is multiplied with. */
import { formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";
import { swishSlope } from "./activation-gradients.ts";

/** y = x for x > 0, else slope·x. At 0 the gradient of x is that for x < 0. */
export const preluGradient: GradientRule = (context) => {
  const { node, make } = context;
  const f = formulas(make);
  const [x, slope] = [node.inputs[0]!, node.inputs[1]!];
  const dy = context.gradients[0]!;
  const ofData = () => f.mul(dy, f.add(f.mul(f.above(x, 0), f.sub(1, slope)), slope));
  const ofSlope = () => f.mul(dy, f.of("Min", x, 0));
  return [
    context.needs(0) ? ofData() : undefined,
    context.needs(1) ? sumTo(make, ofSlope(), context.inputShape(0), context.inputShape(1)) : undefined,
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
