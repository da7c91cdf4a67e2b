/** Gradients of ONNX Runtime's fused activations, by operator type. */
import { floatAttr, type Node, type Value } from "@pare/ir";
import { exactGeluSlope, swishSlope, tanhGeluSlope } from "../elementwise/activation-gradients.ts";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";

/** y = activation(x + bias), where there may be no bias. */
function biased(slope: (f: Formulas, x: Value, node: Node) => Value): GradientRule {
  return (context) => {
    const { node, make, gradients } = context;
    const f = formulas(make);
    const [x, bias] = node.inputs;
    const inner = f.mul(gradients[0]!, slope(f, bias === undefined ? x! : f.add(x!, bias), node));
    return node.inputs.map((_, slot) => ofBroadcastInput(context, slot, () => inner));
  };
}

export const fusedActivationGradients: Readonly<Record<string, GradientRule>> = {
  "com.microsoft.Gelu": biased(exactGeluSlope),
  "com.microsoft.BiasGelu": biased(exactGeluSlope),
  "com.microsoft.FastGelu": biased(tanhGeluSlope),
  "com.microsoft.QuickGelu": biased((f, x, node) => swishSlope(f, x, floatAttr(node, "alpha", 1.702))),
};
