/**
 * Convolution: the gradient of the data is a convolution of the output's gradient with the weights turned round (stride 1)
 * or a transposed convolution; that of the weights see `weight-gradient.ts`; that of the bias is a sum.
 */
import { attr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import type { GradientContext, GradientRule, NodeMaker } from "../gradient/rule.ts";
import { dataGradient } from "./data-gradient.ts";
import { type FixedWindow, fixedWindow, kernelOf, windowAttrs } from "./fixed-window.ts";
import { weightGradient } from "./weight-gradient/weight-gradient.ts";

export const convGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const [data, weight] = [context.inputShape(0), context.inputShape(1)];
  const output = context.outputShape(0);
  const window = fixedWindow(node, kernelOf(node, weight), data.slice(2), output.slice(2));
  const gradient = context.gradients[0]!;
  const shapes = { data, weight, output };
  return [
    context.needs(0)
      ? dataGradient(make, formulation, { gradient, weight: node.inputs[1]!, shapes, window })
      : undefined,
    context.needs(1)
      ? weightGradient(make, formulation, { data: node.inputs[0]!, gradient, shapes, window })
      : undefined,
    node.inputs[2] !== undefined && context.needs(2) ? channelSum(make, gradient, output) : undefined,
  ];
};

/** Y = transposed convolution of X: ∂X is the convolution of ∂Y, ∂W what it would be of that convolution. */
export const convTransposeGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const [data, weight] = [context.inputShape(0), context.inputShape(1)];
  const output = context.outputShape(0);
  const window = transposedWindow(context, kernelOf(node, weight), data.slice(2), output.slice(2));
  const gradient = context.gradients[0]!;
  const swapped = { data: output, weight, output: data };
  return [
    context.needs(0) ? make.op("Conv", [gradient, node.inputs[1]], windowAttrs(window)) : undefined,
    context.needs(1)
      ? weightGradient(make, formulation, { data: gradient, gradient: node.inputs[0]!, shapes: swapped, window })
      : undefined,
    node.inputs[2] !== undefined && context.needs(2) ? channelSum(make, gradient, output) : undefined,
  ];
};

/** The pads by which a convolution of the output gives exactly the input's sizes. */
function transposedWindow(
  { node }: GradientContext,
  kernel: readonly number[],
  inputs: readonly number[],
  outputs: readonly number[],
): FixedWindow {
  const found = fixedWindow(node, kernel, outputs, inputs);
  const { strides, dilations } = found;
  const padsEnd = found.padsBegin.map((begin, i) => {
    const reach = (inputs[i]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1;
    return reach - outputs[i]! - begin;
  });
  return { ...found, padsEnd };
}

/** [N, C, …] → [C]: means over each picture first, which keeps the digits of long sums. */
export function channelSum(make: NodeMaker, value: Value, shape: readonly number[]): Value {
  const [batch, channels, ...sizes] = shape;
  const means = make.op("GlobalAveragePool", [value]);
  const flat = make.op("Reshape", [means, make.ints([batch!, channels!])]);
  const sums = make.op("ReduceSum", [flat, make.ints([0])], { keepdims: attr.int(0) });
  return make.op("Mul", [sums, make.scalar(elementCount(sizes))]);
}
