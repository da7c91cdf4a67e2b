import type { Node, Value } from "@pare/ir";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";

/** Max and Min of any number of inputs: the gradient goes to the one that is chosen; where several are equal, in equal parts. */
export function extremum(type: "Max" | "Min"): GradientRule {
  return (context) => {
    const { node, make, gradients } = context;
    const f = formulas(make);
    const share = sharesOf(f, node, type === "Max");
    return node.inputs.map((_, slot) => ofBroadcastInput(context, slot, () => f.mul(gradients[0]!, share(slot))));
  };
}

/** The part that each input gets, in the output's shape. */
function sharesOf(f: Formulas, node: Node, largest: boolean): (slot: number) => Value | number {
  const inputs = node.inputs as readonly Value[];
  const lead = (a: Value, b: Value) => (largest ? f.sub(a, b) : f.sub(b, a));
  if (inputs.length === 1) return () => 1;
  if (inputs.length === 2) return (slot) => f.step(lead(inputs[slot]!, inputs[1 - slot]!), 0.5);
  const chosen = inputs.map((input) => f.step(lead(input, node.outputs[0]!), 1));
  const count = chosen.reduce((sum, each) => f.add(sum, each));
  return (slot) => f.div(chosen[slot]!, count);
}
