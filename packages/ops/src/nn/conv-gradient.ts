/**
 * Convolution: the gradient of the data is a convolution of the output's gradient with the weights turned round (stride 1)
 * or a transposed convolution; that of the weights see `weight-gradient.ts`; that of the bias is a sum.
 */
import { attr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import type { GradientContext, GradientRule, NodeMaker } from "../gradient/rule.ts";
import { type FixedWindow, fixedWindow, kernelOf } from "./fixed-window.ts";
import { weightGradient } from "./weight-gradient.ts";

export const convGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const [data, weight] = [context.inputShape(0), context.inputShape(1)];
  const output = context.outputShape(0);
  const window = fixedWindow(node, kernelOf(node, weight), data.slice(2), output.slice(2));
  const gradient = context.gradients[0]!;
  const shapes = { data, weight, output };
  return [
    context.needs(0) ? dataGradient(make, gradient, node.inputs[1]!, shapes, window) : undefined,
    context.needs(1)
      ? weightGradient(make, { data: node.inputs[0]!, gradient, shapes, window, formulation })
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
      ? weightGradient(make, { data: gradient, gradient: node.inputs[0]!, shapes: swapped, window, formulation })
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

export interface ConvShapes {
  readonly data: readonly number[];
  readonly weight: readonly number[];
  readonly output: readonly number[];
}

export function windowAttrs({ kernel, strides, dilations, padsBegin, padsEnd, group }: FixedWindow) {
  return {
    kernel_shape: attr.ints(kernel),
    strides: attr.ints(strides),
    dilations: attr.ints(dilations),
    pads: attr.ints([...padsBegin, ...padsEnd]),
    group: attr.int(group),
  };
}

function dataGradient(make: NodeMaker, gradient: Value, weight: Value, shapes: ConvShapes, window: FixedWindow): Value {
  const pads = turnedPads(window);
  const isPlain =
    window.strides.every((stride) => stride === 1) && [...pads.begin, ...pads.end].every((pad) => pad >= 0);
  if (!isPlain) return transposedConv(make, gradient, weight, shapes, window);
  const attrs = windowAttrs({ ...window, padsBegin: pads.begin, padsEnd: pads.end });
  return make.op("Conv", [gradient, turned(make, weight, shapes.weight, window.group)], attrs);
}

/** Those that give back the data's sizes at stride 1. */
function turnedPads({ kernel, dilations, padsBegin, padsEnd }: FixedWindow) {
  const reach = kernel.map((size, i) => dilations[i]! * (size - 1));
  return { begin: reach.map((size, i) => size - padsBegin[i]!), end: reach.map((size, i) => size - padsEnd[i]!) };
}

/** [G·M, C, …k] → [G·C, M, …k] with every kernel turned round. */
function turned(make: NodeMaker, weight: Value, [outputs, inputs, ...kernel]: readonly number[], group: number): Value {
  const spatial = kernel.map((_, i) => i);
  const grouped = make.op("Reshape", [weight, make.ints([group, outputs! / group, inputs!, ...kernel])]);
  const swapped = make.op("Transpose", [grouped], { perm: attr.ints([0, 2, 1, ...spatial.map((i) => i + 3)]) });
  const flat = make.op("Reshape", [swapped, make.ints([group * inputs!, outputs! / group, ...kernel])]);
  const isTurned = kernel.some((size) => size > 1);
  if (!isTurned) return flat;
  const all = (value: number) => make.ints(kernel.map(() => value));
  return make.op("Slice", [flat, all(-1), all(-(2 ** 31)), make.ints(spatial.map((i) => i + 2)), all(-1)]);
}

function transposedConv(
  make: NodeMaker,
  gradient: Value,
  weight: Value,
  shapes: ConvShapes,
  window: FixedWindow,
): Value {
  const { strides, dilations, kernel, padsBegin, padsEnd } = window;
  const [sizes, windows] = [shapes.data.slice(2), shapes.output.slice(2)];
  // What the stride left over at the end was read by no window: its gradient is 0.
  const beyond = sizes.map((size, i) => {
    const natural =
      (windows[i]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - padsBegin[i]! - padsEnd[i]!;
    return size - natural;
  });
  return make.op("ConvTranspose", [gradient, weight], { ...windowAttrs(window), output_padding: attr.ints(beyond) });
}

/** [N, C, …] → [C]: means over each picture first, which keeps the digits of long sums. */
export function channelSum(make: NodeMaker, value: Value, shape: readonly number[]): Value {
  const [batch, channels, ...sizes] = shape;
  const means = make.op("GlobalAveragePool", [value]);
  const flat = make.op("Reshape", [means, make.ints([batch!, channels!])]);
  const sums = make.op("ReduceSum", [flat, make.ints([0])], { keepdims: attr.int(0) });
  return make.op("Mul", [sums, make.scalar(elementCount(sizes))]);
}
