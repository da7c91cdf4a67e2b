import { intAttr, intsAttr, stringAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";

/** An array whose element at a place is the input's element at `from(place)`; `value` where that is undefined. */
export function pick(
  { shape: own, data }: NumberArray,
  shape: readonly number[],
  from: (place: readonly number[]) => readonly number[] | undefined,
  value = 0,
): NumberArray {
  const strides = stridesOf(own);
  const result = filled(shape, value);
  let i = 0;
  for (const at of places(shape)) {
    const place = from(at);
    if (place !== undefined) result.data[i] = data[offsetOf(place, strides)]!;
    i++;
  }
  return result;
}

const fromEnd = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

const transpose: Kernel = ({ node, input }) => {
  const { shape } = input(0);
  const order = intsAttr(node, "perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
  return [
    pick(
      input(0),
      order.map((axis) => shape[axis]!),
      (at) => shape.map((_, axis) => at[order.indexOf(axis)]!),
    ),
  ];
};

const concat: Kernel = ({ node, inputs }) => {
  const arrays = inputs.flatMap((input) => input ?? []);
  const axis = fromEnd(intAttr(node, "axis", 1), arrays[0]!.shape.length);
  const starts = arrays.map((_, i) => arrays.slice(0, i).reduce((sum, { shape }) => sum + shape[axis]!, 0));
  const total = arrays.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const result = filled(arrays[0]!.shape.with(axis, total), 0);
  const strides = stridesOf(result.shape);
  for (const [k, { shape, data }] of arrays.entries()) {
    let i = 0;
    for (const at of places(shape)) result.data[offsetOf(at.with(axis, at[axis]! + starts[k]!), strides)] = data[i++]!;
  }
  return [result];
};

const split: Kernel = ({ node, inputs, input }) => {
  const { shape } = input(0);
  const axis = fromEnd(intAttr(node, "axis", 0), shape.length);
  const count = intAttr(node, "num_outputs", node.outputs.length);
  const each = Math.ceil(shape[axis]! / count);
  const sizes = inputs[1]
    ? [...inputs[1].data]
    : Array.from({ length: count }, (_, i) => Math.min(each, shape[axis]! - i * each));
  return sizes.map((size, k) => {
    const start = sizes.slice(0, k).reduce((sum, other) => sum + other, 0);
    return pick(input(0), shape.with(axis, size), (at) => at.with(axis, at[axis]! + start));
  });
};

const slice: Kernel = ({ inputs, input }) => {
  const { shape } = input(0);
  const [starts, ends] = [input(1).data, input(2).data];
  const axes = inputs[3] ? [...inputs[3].data] : [...starts].map((_, i) => i);
  const steps = inputs[4] ? [...inputs[4].data] : [...starts].map(() => 1);
  const first = shape.map(() => 0);
  const step = shape.map(() => 1);
  const sizes = [...shape];
  for (const [i, given] of axes.entries()) {
    const axis = fromEnd(given, shape.length);
    const size = shape[axis]!;
    const by = steps[i]!;
    const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
    const bounded = (x: number) => Math.min(Math.max(x < 0 ? x + size : x, low), high);
    // "To the beginning" of a negative step is far below zero.
    const end = by < 0 && ends[i]! < -size ? -1 : bounded(ends[i]!);
    first[axis] = bounded(starts[i]!);
    step[axis] = by;
    sizes[axis] = Math.max(0, Math.ceil((end - first[axis]!) / by));
  }
  return [pick(input(0), sizes, (at) => at.map((place, axis) => first[axis]! + place * step[axis]!))];
};

const pad: Kernel = ({ node, inputs, input }) => {
  const { shape } = input(0);
  const axes = inputs[3]
    ? [...inputs[3].data].map((axis) => fromEnd(axis, shape.length))
    : shape.map((_, axis) => axis);
  const pads = input(1).data;
  const begin = shape.map((_, axis) => (axes.includes(axis) ? pads[axes.indexOf(axis)]! : 0));
  const end = shape.map((_, axis) => (axes.includes(axis) ? pads[axes.indexOf(axis) + axes.length]! : 0));
  const mode = stringAttr(node, "mode", "constant");
  const sizes = shape.map((size, axis) => size + begin[axis]! + end[axis]!);
  const from = (at: readonly number[]) => {
    const place = at.map((i, axis) => filledFrom(i - begin[axis]!, shape[axis]!, mode));
    return place.every((i) => i !== undefined) ? place : undefined;
  };
  return [pick(input(0), sizes, from, inputs[2]?.data[0] ?? 0)];
};

/** Undefined: the constant. */
function filledFrom(i: number, size: number, mode: string): number | undefined {
  if (i >= 0 && i < size) return i;
  if (mode === "edge") return i < 0 ? 0 : size - 1;
  if (mode === "wrap") return ((i % size) + size) % size;
  if (mode === "constant") return undefined;
  let place = i;
  while (place < 0 || place >= size) place = place < 0 ? -place : 2 * (size - 1) - place;
  return place;
}

const tile: Kernel = ({ input }) => {
  const { shape } = input(0);
  const repeats = input(1).data;
  const sizes = shape.map((size, axis) => size * repeats[axis]!);
  return [pick(input(0), sizes, (at) => at.map((i, axis) => i % shape[axis]!))];
};

const gather: Kernel = ({ node, input }) => {
  const [table, indices] = [input(0), input(1)];
  const axis = fromEnd(intAttr(node, "axis", 0), table.shape.length);
  const strides = stridesOf(indices.shape);
  const rank = indices.shape.length;
  const sizes = [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)];
  return [
    pick(table, sizes, (at) => {
      const index = indices.data[offsetOf(at.slice(axis, axis + rank), strides)]!;
      return [...at.slice(0, axis), fromEnd(index, table.shape[axis]!), ...at.slice(axis + rank)];
    }),
  ];
};

const scatterElements: Kernel = ({ node, input }) => {
  const [data, indices, updates] = [input(0), input(1), input(2)];
  const axis = fromEnd(intAttr(node, "axis", 0), data.shape.length);
  const result = { shape: data.shape, data: data.data.slice() };
  const strides = stridesOf(data.shape);
  const adds = stringAttr(node, "reduction", "none") === "add";
  let i = 0;
  for (const at of places(indices.shape)) {
    const to = offsetOf(at.with(axis, fromEnd(indices.data[i]!, data.shape[axis]!)), strides);
    result.data[to] = (adds ? result.data[to]! : 0) + updates.data[i++]!;
  }
  return [result];
};

function sameElements(sizes: (context: KernelContext) => readonly number[]): Kernel {
  return (context) => [{ shape: sizes(context), data: context.input(0).data }];
}

export const layouts: Kernels = {
  "onnx.Transpose": transpose,
  "onnx.Concat": concat,
  "onnx.Split": split,
  "onnx.Slice": slice,
  "onnx.Pad": pad,
  "onnx.Tile": tile,
  "onnx.Gather": gather,
  "onnx.ScatterElements": scatterElements,
  "onnx.Flatten": sameElements(({ node, input }) => {
    const { shape } = input(0);
    const axis = fromEnd(intAttr(node, "axis", 1), shape.length);
    return [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
  }),
  "onnx.Squeeze": sameElements(({ inputs, input }) => {
    const { shape } = input(0);
    const axes = inputs[1] && [...inputs[1].data].map((axis) => fromEnd(axis, shape.length));
    return shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
  }),
  "onnx.Unsqueeze": sameElements(({ input }) => {
    const rank = input(0).shape.length + input(1).data.length;
    const axes = [...input(1).data].map((axis) => fromEnd(axis, rank));
    const rest = [...input(0).shape];
    return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  }),
};
