/** Running sums and products: what an element gets comes from those that it is part of, so sums run the other way. */
import { attr, intAttr, type Value } from "@pare/ir";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";

/** The same run forwards, and backwards for the gradient. */
function runs({ node, make }: GradientContext) {
  const exclusive = attr.int(intAttr(node, "exclusive", 0));
  const reverse = intAttr(node, "reverse", 0);
  return {
    forwards: (type: "CumSum" | "CumProd", x: Value) =>
      make.op(type, [x, node.inputs[1]], { exclusive, reverse: attr.int(reverse) }),
    backwards: (x: Value) => make.op("CumSum", [x, node.inputs[1]], { exclusive, reverse: attr.int(1 - reverse) }),
  };
}

export const runningSumGradient: GradientRule = (context) => [runs(context).backwards(context.gradients[0]!)];

/**
 * y_k = Π x_j: ∂loss/∂x_i = Σ dy_k·Π_{j≠i} x_j over the products that x_i is part of. Without dividing by 0: zeros count as 1 in
 * the products, and an element gets from those in which no other one is 0.
 */
export const runningProductGradient: GradientRule = (context) => {
  const f = formulas(context.make);
  const { forwards, backwards } = runs(context);
  const x = context.node.inputs[0]!;
  const zero = f.float(f.of("Equal", x, 0));
  const filled = f.add(x, zero);
  const zeros = forwards("CumSum", zero);
  const flow = f.mul(context.gradients[0]!, forwards("CumProd", filled));
  const withoutZero = backwards(f.mul(flow, f.below(zeros, 0.5)));
  const withOneZero = backwards(f.mul(flow, f.mul(f.above(zeros, 0.5), f.below(zeros, 1.5))));
  const sums = f.add(f.mul(withoutZero, f.sub(1, zero)), f.mul(withOneZero, zero));
  return [f.div(sums, filled)];
};
