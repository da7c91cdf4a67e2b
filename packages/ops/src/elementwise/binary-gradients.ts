import type { Value } from "@pare/ir";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/** The gradient of each broadcast input: `slope` says what reaches it in the output's shape, then stretched axes are summed. */
function broadcastRule(slope: (context: GradientContext, slot: number, gradient: Value) => Value): GradientRule {
  return (context) => {
    const { node, make } = context;
    const gradient = context.gradients[0]!;
    return node.inputs.map((_, slot) => {
      if (!context.needs(slot)) return undefined;
      return sumTo(make, slope(context, slot, gradient), context.outputShape(0), context.inputShape(slot));
    });
  };
}

/** By operator type. */
export const binaryGradients: Readonly<Record<string, GradientRule>> = {
  Add: broadcastRule((_, __, gradient) => gradient),
  Sub: broadcastRule(({ make }, slot, gradient) => (slot === 0 ? gradient : make.op("Neg", [gradient]))),
  Mul: broadcastRule(({ make, node }, slot, gradient) => make.op("Mul", [gradient, node.inputs[1 - slot]])),
};
