import { intAttr, intsAttr, stringAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { filled, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";
import { fromEnd, pick } from "../pick.ts";

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

/** Output channel c at (y, x) is one of the block² channels of the input's pixel (y ÷ block, x ÷ block). */
const depthToSpace: Kernel = ({ node, input }) => {
  const block = intAttr(node, "blocksize", 1);
  const [n, channels, height, width] = input(0).shape as [number, number, number, number];
  const deep = channels / block ** 2;
  const blocksFirst = stringAttr(node, "mode", "DCR") === "DCR";
  return [
    pick(input(0), [n, deep, height * block, width * block], ([b, c, y, x]) => {
      const place = (y! % block) * block + (x! % block);
      const channel = blocksFirst ? place * deep + c! : c! * block ** 2 + place;
      return [b!, channel, Math.floor(y! / block), Math.floor(x! / block)];
    }),
  ];
};

const spaceToDepth: Kernel = ({ node, input }) => {
  const block = intAttr(node, "blocksize", 1);
  const [n, channels, height, width] = input(0).shape as [number, number, number, number];
  return [
    pick(input(0), [n, channels * block ** 2, height / block, width / block], ([b, c, y, x]) => {
      const place = Math.floor(c! / channels);
      return [b!, c! % channels, y! * block + Math.floor(place / block), x! * block + (place % block)];
    }),
  ];
};

const trilu: Kernel = ({ node, inputs, input }) => {
  const shift = inputs[1]?.data[0] ?? 0;
  const isUpper = intAttr(node, "upper", 1) === 1;
  const isKept = (row: number, column: number) => (isUpper ? column - row >= shift : column - row <= shift);
  return [pick(input(0), input(0).shape, (at) => (isKept(at.at(-2)!, at.at(-1)!) ? at : undefined))];
};

const reverseSequence: Kernel = ({ node, input }) => {
  const [batch, time] = [intAttr(node, "batch_axis", 1), intAttr(node, "time_axis", 0)];
  return [
    pick(input(0), input(0).shape, (at) => {
      const length = input(1).data[at[batch]!]!;
      return at[time]! < length ? at.with(time, length - 1 - at[time]!) : at;
    }),
  ];
};

/** Cuts or pads each axis by half the difference in front, rounded down. */
const centerCropPad: Kernel = ({ node, input }) => {
  const { shape } = input(0);
  const axes = (intsAttr(node, "axes") ?? shape.map((_, axis) => axis)).map((axis) => fromEnd(axis, shape.length));
  const sizes = shape.map((size, axis) => (axes.includes(axis) ? input(1).data[axes.indexOf(axis)]! : size));
  const shifts = shape.map((size, axis) => Math.trunc((size - sizes[axis]!) / 2));
  const from = (at: readonly number[]) => {
    const place = at.map((i, axis) => i + shifts[axis]!);
    return place.every((i, axis) => i >= 0 && i < shape[axis]!) ? place : undefined;
  };
  return [pick(input(0), sizes, from)];
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
  "onnx.DepthToSpace": depthToSpace,
  "onnx.SpaceToDepth": spaceToDepth,
  "onnx.Trilu": trilu,
  "onnx.ReverseSequence": reverseSequence,
  "onnx.CenterCropPad": centerCropPad,
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
