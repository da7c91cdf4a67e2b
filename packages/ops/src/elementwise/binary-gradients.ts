/** Gradients of arithmetic with broadcasting, by operator type. */
import type { Value } from "@pare/ir";
import { isFloat } from "@pare/tensor";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { extremum } from "./extremum-gradient.ts";
import { powerGradient } from "./power-gradient.ts";

type Slope = (f: Formulas, context: GradientContext, slot: number) => Value;

/** The gradient of each broadcast input: `slope` says what reaches it in the output's shape, then stretched axes are summed. */
function broadcastRule(slope: Slope): GradientRule {
  return (context) => {
    const f = formulas(context.make);
    return context.node.inputs.map((_, slot) => ofBroadcastInput(context, slot, () => slope(f, context, slot)));
  };
}

/** y = a/b: ∂/∂a = dy/b, ∂/∂b = −y·dy/b. */
const quotient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const f = formulas(make);
  const slope = f.div(gradients[0]!, node.inputs[1]!);
  return [
    ofBroadcastInput(context, 0, () => slope),
    ofBroadcastInput(context, 1, () => f.of("Neg", f.mul(slope, node.outputs[0]!))),
  ];
};

/** y = a − q·b with a whole q: ∂/∂a = dy, ∂/∂b = −q·dy, wherever q does not jump. Integers have no slope. */
const remainder: GradientRule = (context) => {
  const dtype = context.inputDType(0);
  return dtype === undefined || isFloat(dtype) ? floatRemainder(context) : [];
};

const floatRemainder = broadcastRule((f, { node, gradients }, slot) => {
  const [a, b] = node.inputs;
  if (slot === 0) return gradients[0]!;
  return f.of("Neg", f.mul(gradients[0]!, f.of("Round", f.div(f.sub(a!, node.outputs[0]!), b!))));
});

export const binaryGradients: Readonly<Record<string, GradientRule | "none">> = {
  Add: broadcastRule((_, { gradients }) => gradients[0]!),
  Sub: broadcastRule((f, { gradients }, slot) => (slot === 0 ? gradients[0]! : f.of("Neg", gradients[0]!))),
  Mul: broadcastRule((f, { gradients, node }, slot) => f.mul(gradients[0]!, node.inputs[1 - slot]!)),
  Div: quotient,
  Mod: remainder,
  Pow: powerGradient,
  Max: extremum("Max"),
  Min: extremum("Min"),
  Sum: broadcastRule((_, { gradients }) => gradients[0]!),
  Mean: broadcastRule((f, { gradients, node }) => f.mul(gradients[0]!, 1 / node.inputs.length)),
  ...Object.fromEntries(
    ["And", "Or", "Xor", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"].map((type) => [type, "none" as const]),
  ),
};
