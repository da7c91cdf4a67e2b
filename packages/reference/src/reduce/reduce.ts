import { intAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";

/** Axes come as the second input (opset 18 and later; ReduceSum from 13); none: all, or where `noop_with_empty_axes`, no. */
function axesOf({ node, inputs }: KernelContext, rank: number): readonly number[] | undefined {
  const given = inputs[1] === undefined ? [] : [...inputs[1].data];
  if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis));
  return intAttr(node, "noop_with_empty_axes", 0) === 1 ? undefined : Array.from({ length: rank }, (_, axis) => axis);
}

/** Gathers the elements that each output element is made of. */
function reduction(apply: (elements: readonly number[]) => number): Kernel {
  return (context) => {
    const { shape, data } = context.input(0);
    const axes = axesOf(context, shape.length);
    if (axes === undefined) return [context.input(0)];
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
    const groups: number[][] = Array.from({ length: elementCount(kept) }, () => []);
    let i = 0;
    for (const at of places(shape)) groups[offsetOf(at, strides)]!.push(data[i++]!);
    const keepsAxes = intAttr(context.node, "keepdims", 1) === 1;
    const result: NumberArray = {
      shape: keepsAxes ? kept : shape.filter((_, axis) => !axes.includes(axis)),
      data: Float64Array.from(groups, apply),
    };
    return [result];
  };
}

const sum = (elements: readonly number[]) => elements.reduce((total, element) => total + element, 0);

export const reductions: Kernels = {
  "onnx.ReduceSum": reduction(sum),
};
