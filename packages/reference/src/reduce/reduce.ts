import { intAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";

/** Axes come as the second input (opset 18 and later; ReduceSum from 13); none: all, or where `noop_with_empty_axes`, no. */
function axesOf({ node, inputs }: KernelContext, rank: number): readonly number[] {
  const given = inputs[1] === undefined ? [] : [...inputs[1].data];
  if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis));
  return intAttr(node, "noop_with_empty_axes", 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

/** Reduces over axes ≥ 0, which stay with size 1. */
export function reduced(
  { shape, data }: NumberArray,
  axes: readonly number[],
  apply: (elements: readonly number[]) => number,
): NumberArray {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const groups: number[][] = Array.from({ length: elementCount(kept) }, () => []);
  let i = 0;
  for (const at of places(shape)) groups[offsetOf(at, strides)]!.push(data[i++]!);
  return { shape: kept, data: Float64Array.from(groups, apply) };
}

function reduction(apply: (elements: readonly number[]) => number): Kernel {
  return (context) => {
    const x = context.input(0);
    const axes = axesOf(context, x.shape.length);
    const { shape, data } = reduced(x, axes, apply);
    const keepsAxes = intAttr(context.node, "keepdims", 1) === 1;
    return [{ shape: keepsAxes ? shape : shape.filter((_, axis) => !axes.includes(axis)), data }];
  };
}

export const sum = (elements: readonly number[]) => elements.reduce((total, element) => total + element, 0);
export const mean = (elements: readonly number[]) => sum(elements) / elements.length;
export const squares = (elements: readonly number[]) => elements.map((element) => element * element);
const absolutes = (elements: readonly number[]) => elements.map(Math.abs);
/** Shifted by the largest, so that nothing overflows. */
export const logSumExp = (elements: readonly number[]) => {
  const largest = Math.max(...elements);
  return largest + Math.log(sum(elements.map((element) => Math.exp(element - largest))));
};

export const reductions: Kernels = {
  "onnx.ReduceL1": reduction((elements) => sum(absolutes(elements))),
  "onnx.ReduceL2": reduction((elements) => Math.sqrt(sum(squares(elements)))),
  "onnx.ReduceLogSum": reduction((elements) => Math.log(sum(elements))),
  "onnx.ReduceLogSumExp": reduction(logSumExp),
  "onnx.ReduceMax": reduction((elements) => Math.max(...elements)),
  "onnx.ReduceMean": reduction(mean),
  "onnx.ReduceMin": reduction((elements) => Math.min(...elements)),
  "onnx.ReduceProd": reduction((elements) => elements.reduce((product, element) => product * element, 1)),
  "onnx.ReduceSum": reduction(sum),
  "onnx.ReduceSumSquare": reduction((elements) => sum(squares(elements))),
};
