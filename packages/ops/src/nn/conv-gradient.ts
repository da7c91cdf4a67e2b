/** Convolution: of data and weights see `data-gradient.ts` and `weight-gradient.ts`; the bias' gradient is a sum. */
import { attr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import type { GradientRule, NodeMaker } from "../gradient/rule.ts";
import { dataGradient } from "./data-gradient.ts";
import { fixedWindow, kernelOf } from "./fixed-window.ts";
import { weightGradient } from "./weight-gradient/weight-gradient.ts";

export const convGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const [data, weight] = [context.inputShape(0), context.inputShape(1)];
  const output = context.outputShape(0);
  const window = fixedWindow(node, kernelOf(node, weight), data.slice(2), output.slice(2));
  const gradient = context.gradients[0]!;
  const shapes = { data, weight, output };
  return [
    context.needs(0) ? dataGradient(make, { gradient, weight: node.inputs[1]!, shapes, window }) : undefined,
    context.needs(1)
      ? weightGradient(make, formulation, { data: node.inputs[0]!, gradient, shapes, window })
      : undefined,
    node.inputs[2] !== undefined && context.needs(2) ? channelSum(make, gradient, output) : undefined,
  ];
};

/** [N, C, …] → [C]: means over each picture first, which keeps the digits of long sums. */
export function channelSum(make: NodeMaker, value: Value, shape: readonly number[]): Value {
  const [batch, channels, ...sizes] = shape;
  const means = make.op("GlobalAveragePool", [value]);
  const flat = make.op("Reshape", [means, make.ints([batch!, channels!])]);
  const sums = make.op("ReduceSum", [flat, make.ints([0])], { keepdims: attr.int(0) });
  return make.op("Mul", [sums, make.scalar(elementCount(sizes))]);
}
