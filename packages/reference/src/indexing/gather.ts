import { intAttr } from "@pare/ir";
import { offsetOf, stridesOf } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { fromEnd, pick } from "../pick.ts";

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

const gatherElements: Kernel = ({ node, input }) => {
  const [data, indices] = [input(0), input(1)];
  const axis = fromEnd(intAttr(node, "axis", 0), data.shape.length);
  const strides = stridesOf(indices.shape);
  const indexOf = (at: readonly number[]) => fromEnd(indices.data[offsetOf(at, strides)]!, data.shape[axis]!);
  return [pick(data, indices.shape, (at) => at.with(axis, indexOf(at)))];
};

const gatherND: Kernel = ({ node, input }) => {
  const [data, indices] = [input(0), input(1)];
  const batch = intAttr(node, "batch_dims", 0);
  const outer = indices.shape.slice(0, -1);
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(indices.shape);
  return [
    pick(data, [...outer, ...data.shape.slice(batch + depth)], (at) => {
      const start = offsetOf([...at.slice(0, outer.length), 0], strides);
      const own = Array.from({ length: depth }, (_, i) => fromEnd(indices.data[start + i]!, data.shape[batch + i]!));
      return [...at.slice(0, batch), ...own, ...at.slice(outer.length)];
    }),
  ];
};

export const gathers: Kernels = {
  "onnx.Gather": gather,
  "onnx.GatherElements": gatherElements,
  "onnx.GatherND": gatherND,
};
