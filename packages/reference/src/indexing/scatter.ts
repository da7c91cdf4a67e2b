import { intAttr, type Node, stringAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { fromEnd } from "../pick.ts";

/** What is at a place after an update. */
function combine(node: Node): (before: number, update: number) => number {
  const reduction = stringAttr(node, "reduction", "none");
  if (reduction === "add") return (before, update) => before + update;
  if (reduction === "mul") return (before, update) => before * update;
  if (reduction === "min") return Math.min;
  return reduction === "max" ? Math.max : (_, update) => update;
}

const scatterElements: Kernel = ({ node, input }) => {
  const [data, indices, updates] = [input(0), input(1), input(2)];
  const axis = fromEnd(intAttr(node, "axis", 0), data.shape.length);
  const result = { shape: data.shape, data: data.data.slice() };
  const strides = stridesOf(data.shape);
  const after = combine(node);
  let i = 0;
  for (const at of places(indices.shape)) {
    const to = offsetOf(at.with(axis, fromEnd(indices.data[i]!, data.shape[axis]!)), strides);
    result.data[to] = after(result.data[to]!, updates.data[i++]!);
  }
  return [result];
};

const scatterND: Kernel = ({ node, input }) => {
  const [data, indices, updates] = [input(0), input(1), input(2)];
  const result = { shape: data.shape, data: data.data.slice() };
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(data.shape);
  const width = elementCount(data.shape.slice(depth));
  const after = combine(node);
  for (let row = 0; row < elementCount(indices.shape.slice(0, -1)); row++) {
    const own = Array.from({ length: depth }, (_, i) => fromEnd(indices.data[row * depth + i]!, data.shape[i]!));
    const to = offsetOf(own, strides);
    for (let i = 0; i < width; i++) result.data[to + i] = after(result.data[to + i]!, updates.data[row * width + i]!);
  }
  return [result];
};

export const scatters: Kernels = {
  "onnx.ScatterElements": scatterElements,
  "onnx.ScatterND": scatterND,
};
