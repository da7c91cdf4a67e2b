/** Gradients of ONNX Runtime's fused activations, by operator type. */
import { floatAttr, type Node, type Value } from "@pare/ir";
import { exactGeluSlope, swishSlope, tanhGeluSlope } from "../elementwise/activation-gradients.ts";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/** y = activation(x + bias), where there may be no bias. */
function biased(slope: (f: Formulas, x: Value, node: Node) => Value): GradientRule {
  return (context) => {
    const { node, make, gradients, needs } = context;
    const f = formulas(make);
    const [x, bias] = node.inputs;
    const inner = f.mul(gradients[0]!, slope(f, bias === undefined ? x! : f.add(x!, bias), node));
    const ofBias = () => sumTo(make, inner, context.inputShape(0), context.inputShape(1));
    return [needs(0) ? inner : undefined, needs(1) ? ofBias() : undefined];
  };
}

export const fusedActivationGradients: Readonly<Record<string, GradientRule>> = {
  "com.microsoft.Gelu": biased(exactGeluSlope),
  "com.microsoft.BiasGelu": biased(exactGeluSlope),
  "com.microsoft.FastGelu": biased(tanhGeluSlope),
  "com.microsoft.QuickGelu": biased((f, x, node) => swishSlope(f, x, floatAttr(node, "alpha", 1.702))),
};
