import { intAttr } from "@pare/ir";
import { arrayOf, filled, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { fromEnd, pick } from "../pick.ts";

/** Of equal elements the first comes first. */
const topK: Kernel = ({ node, input }) => {
  const { shape, data } = input(0);
  const axis = fromEnd(intAttr(node, "axis", -1), shape.length);
  const sign = intAttr(node, "largest", 1) === 1 ? 1 : -1;
  const sizes = shape.with(axis, input(1).data[0]!);
  const strides = stridesOf(shape);
  const chosen = filled(sizes, 0);
  let i = 0;
  for (const at of places(sizes)) {
    const element = (place: number) => sign * data[offsetOf(at.with(axis, place), strides)]!;
    const order = Array.from({ length: shape[axis]! }, (_, place) => place).sort((a, b) => element(b) - element(a));
    chosen.data[i++] = order[at[axis]!]!;
  }
  const own = stridesOf(sizes);
  return [pick(input(0), sizes, (at) => at.with(axis, chosen.data[offsetOf(at, own)]!)), chosen];
};

const compress: Kernel = ({ node, input }) => {
  const given = intAttr(node, "axis");
  const array = given === undefined ? { shape: [input(0).data.length], data: input(0).data } : input(0);
  const axis = fromEnd(given ?? 0, array.shape.length);
  const kept = [...input(1).data].flatMap((keep, place) => (keep === 0 ? [] : [place]));
  return [pick(array, array.shape.with(axis, kept.length), (at) => at.with(axis, kept[at[axis]!]!))];
};

const nonZero: Kernel = ({ input }) => {
  const { shape, data } = input(0);
  const all = Array.from(places(shape), (at) => [...at]);
  const found = all.filter((_, i) => data[i] !== 0);
  const columns = shape.flatMap((_, axis) => found.map((at) => at[axis]!));
  return [arrayOf([shape.length, found.length], columns)];
};

export const selections: Kernels = {
  "onnx.TopK": topK,
  "onnx.Compress": compress,
  "onnx.NonZero": nonZero,
};
