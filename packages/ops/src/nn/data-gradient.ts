/**
 * ∂X of a convolution: what each window took from the data is given back to it. At stride 1 a convolution with turned
 * weights takes a quarter to four fifths less time than a transposed one, in depthwise convolutions too. At larger
 * strides the transposed convolution takes half of what the same with zeros put into ∂Y does.
 */
import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "../gradient/rule.ts";
import { type FixedWindow, windowAttrs } from "./fixed-window.ts";
import type { ConvShapes } from "./weight-gradient/plane.ts";

export interface DataGradientParts {
  /** ∂Y: [N, G·M, …windows]. */
  readonly gradient: Value;
  /** [G·M, C, …kernel]. */
  readonly weight: Value;
  readonly shapes: ConvShapes;
  readonly window: FixedWindow;
}

export type DataGradient = (make: NodeMaker, parts: DataGradientParts) => Value;

export const dataGradient: DataGradient = (make, parts) =>
  (canTurn(parts) ? byTurnedWeights : byTransposedConv)(make, parts);

function canTurn({ window }: DataGradientParts): boolean {
  const { begin, end } = turnedPads(window);
  return window.strides.every((stride) => stride === 1) && [...begin, ...end].every((pad) => pad >= 0);
}

/** Stride 1: a convolution with the kernels turned round, inputs and outputs swapped. */
export const byTurnedWeights: DataGradient = (make, { gradient, weight, shapes, window }) => {
  const { begin, end } = turnedPads(window);
  const attrs = windowAttrs({ ...window, padsBegin: begin, padsEnd: end });
  return make.op("Conv", [gradient, turned(make, weight, shapes.weight, window.group)], attrs);
};

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

export const byTransposedConv: DataGradient = (make, { gradient, weight, shapes, window }) => {
  const { strides, dilations, kernel, padsBegin, padsEnd } = window;
  const [sizes, windows] = [shapes.data.slice(2), shapes.output.slice(2)];
  // What the stride left over at the end was read by no window: its gradient is 0.
  const beyond = sizes.map((size, i) => {
    const natural =
      (windows[i]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - padsBegin[i]! - padsEnd[i]!;
    return size - natural;
  });
  return make.op("ConvTranspose", [gradient, weight], { ...windowAttrs(window), output_padding: attr.ints(beyond) });
};
