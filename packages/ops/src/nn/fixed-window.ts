import { attr, intAttr, intsAttr, type Node, stringAttr } from "@pare/ir";
import { windowOf } from "./window.ts";

/** A window over spatial axes with everything a number, automatic padding worked out. */
export interface FixedWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  readonly group: number;
}

/**
 * @param kernel sizes of the window
 * @param inputs spatial sizes that it slides over
 * @param outputs how many windows there are along each axis
 */
export function fixedWindow(
  node: Node,
  kernel: readonly number[],
  inputs: readonly number[],
  outputs: readonly number[],
): FixedWindow {
  const found = windowOf(node, kernel.length, kernel);
  const { strides, dilations, autoPad } = found;
  const group = intAttr(node, "group", 1);
  if (autoPad !== "SAME") return { ...found, kernel, group };
  const total = inputs.map((size, i) =>
    Math.max(0, (outputs[i]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - size),
  );
  const atEnd = stringAttr(node, "auto_pad") === "SAME_UPPER";
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, i) => pad - small[i]!);
  return { kernel, strides, dilations, group, padsBegin: atEnd ? small : large, padsEnd: atEnd ? large : small };
}

export function kernelOf(node: Node, weight: readonly number[]): readonly number[] {
  return intsAttr(node, "kernel_shape") ?? weight.slice(2);
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
