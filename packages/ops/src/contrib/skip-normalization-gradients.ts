/** Gradients of normalized sums: input + skip (+ bias), whose sum may be an output. */
import { floatAttr, type Value } from "@pare/ir";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { refuseStatistics } from "../nn/normalization-gradients.ts";
import { standardize, standardizeByRootMeanSquare, throughStandardization } from "../nn/standardize.ts";

interface Slots {
  readonly gamma: number;
  readonly beta?: number;
  readonly bias: number;
}

/** ONNX Runtime's default. */
const defaultEpsilon = 1e-12;
const sumSlot = 3;

function skipRule(slots: Slots, centred: boolean): GradientRule {
  return (context) => {
    refuseStatistics(context, [1, 2]);
    const { node, make, gradients } = context;
    const f = formulas(make);
    const shape = context.inputShape(0);
    const x = sumOf(context, slots);
    const options = { x, shape, axis: shape.length - 1, epsilon: floatAttr(node, "epsilon", defaultEpsilon) };
    const rows = centred ? standardize(context, options) : standardizeByRootMeanSquare(f, options);
    const dy = gradients[0];
    const ofRows = dy && throughStandardization(f, rows, f.mul(dy, node.inputs[slots.gamma]!));
    const ofSum = gradients[sumSlot];
    const total = ofRows && ofSum ? f.add(ofRows, ofSum) : (ofRows ?? ofSum)!;
    const ofSlot = (slot: number) => {
      if (slot === slots.gamma) return dy && f.mul(dy, rows.value);
      return slot === slots.beta ? dy : total;
    };
    return node.inputs.map((_, slot) => ofBroadcastInput(context, slot, () => ofSlot(slot)));
  };
}

function sumOf({ node, make }: GradientContext, { bias }: Slots): Value {
  const f = formulas(make);
  const sum = node.outputs[sumSlot];
  if (sum !== undefined && sum.name !== "") return sum;
  const both = f.add(node.inputs[0]!, node.inputs[1]!);
  return node.inputs[bias] === undefined ? both : f.add(both, node.inputs[bias]);
}

export const skipLayerNormalizationGradient = skipRule({ gamma: 2, beta: 3, bias: 4 }, true);
export const skipSimplifiedLayerNormalizationGradient = skipRule({ gamma: 2, bias: 3 }, false);
