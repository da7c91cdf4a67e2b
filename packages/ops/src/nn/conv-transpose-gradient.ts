/**
 * Y = transposed convolution of X with W: there is a convolution that takes Y to the size of X with the same W, and ∂X is
 * that convolution of ∂Y. ∂W is what it would be of that convolution, X as the gradient that arrives.
 */
import { intsAttr, type Node, stringAttr, type Value } from "@pare/ir";
import type { GradientRule, NodeMaker } from "../gradient/rule.ts";
import { channelSum } from "./conv-gradient.ts";
import { type FixedWindow, fixedWindow, kernelOf, windowAttrs } from "./fixed-window.ts";
import type { ConvShapes } from "./weight-gradient/plane.ts";
import { weightGradient } from "./weight-gradient/weight-gradient.ts";

export const convTransposeGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const shapes = { data: context.outputShape(0), weight: context.inputShape(1), output: context.inputShape(0) };
  const window = transposedWindow(node, shapes);
  const gradient = context.gradients[0]!;
  return [
    context.needs(0) ? convolved(make, gradient, node.inputs[1], shapes, window) : undefined,
    context.needs(1)
      ? weightGradient(make, formulation, { data: gradient, gradient: node.inputs[0]!, shapes, window })
      : undefined,
    node.inputs[2] !== undefined && context.needs(2) ? channelSum(make, gradient, shapes.data) : undefined,
  ];
};

/** `output_padding` may leave room for windows that the transposed convolution had none of: they are cut off. */
function convolved(
  make: NodeMaker,
  gradient: Value,
  weight: Value | undefined,
  { data, output }: ConvShapes,
  window: FixedWindow,
): Value {
  const { kernel, strides, dilations, padsBegin, padsEnd } = window;
  const value = make.op("Conv", [gradient, weight], windowAttrs(window));
  const windows = output.slice(2);
  const isExact = windows.every((size, i) => {
    const room = data[i + 2]! + padsBegin[i]! + padsEnd[i]! - dilations[i]! * (kernel[i]! - 1) - 1;
    return Math.floor(room / strides[i]!) + 1 === size;
  });
  if (isExact) return value;
  const axes = make.ints(windows.map((_, i) => i + 2));
  return make.op("Slice", [value, make.ints(windows.map(() => 0)), make.ints(windows), axes]);
}

/**
 * Sizes that are given, or SAME, say how much is padded in all: the larger half goes to the end with SAME_UPPER, to the
 * beginning else.
 * @param shapes of the convolution: `data` is the transposed one's output
 */
function transposedWindow(node: Node, { data, weight, output }: ConvShapes): FixedWindow {
  const [sizes, windows] = [data.slice(2), output.slice(2)];
  const window = fixedWindow(node, kernelOf(node, weight), sizes, windows);
  const { kernel, strides, dilations } = window;
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const isGiven = intsAttr(node, "output_shape") !== undefined || auto.startsWith("SAME");
  const beyond = intsAttr(node, "output_padding") ?? windows.map(() => 0);
  const natural = windows.map((size, i) => (size - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1);
  const padsBegin = window.padsBegin.map((pad, i) => {
    const total = Math.max(0, natural[i]! + beyond[i]! - sizes[i]!);
    return isGiven ? (auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2)) : pad;
  });
  return { ...window, padsBegin, padsEnd: natural.map((size, i) => Math.max(0, size - sizes[i]! - padsBegin[i]!)) };
}
