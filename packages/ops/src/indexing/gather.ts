import { intAttr, type Node } from "@pare/ir";
import { isFloat } from "@pare/tensor";
import type { Shape } from "../broadcast.ts";
import { numbersOf, reindex } from "../known.ts";
import { type AxesRule, inputShape, keeps, opaque } from "../rules.ts";
import { constantInput } from "../shape/constant.ts";
import type { InferContext, KnownInts, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";
import { gatherElementsGradient, gatherGradient, gatherNDGradient } from "./gather-gradients.ts";

/** A constant table of floats is an embedding. */
const tableRoles = (node: Node) => {
  const table = constantInput(node, 0);
  return table !== undefined && isFloat(table.dtype) ? (["weight", "param"] as const) : (["data", "param"] as const);
};

/** [A,B,C] gathered on axis 1 by indices [I,J] is [A,I,J,C]. */
export const gather: OpSpec = {
  op: "onnx.Gather",
  gradient: gatherGradient,
  roles: tableRoles,
  infer: ({ node, type, shape }) => [tensorType(dtypeOf(type(0)), gatheredShape(node, shape(0), shape(1)))],
  axes: (node, shapeAt) => {
    const data = inputShape(node, shapeAt, 0);
    const indices = inputShape(node, shapeAt, 1);
    const axis = data && axisIndex(intAttr(node, "axis", 0), data.length);
    if (data === undefined || indices === undefined || axis === undefined) return [];
    const last = data.length + indices.length - 2;
    const own = data.flatMap((_, i) => {
      if (i === axis) return last < 0 ? [] : [opaque(0, i, Math.min(i, last))];
      return [keeps(0, i, i < axis ? i : i + indices.length - 1)];
    });
    return [...own, ...indices.map((_, i) => keeps(1, i, axis + i))];
  },
  propagate: ({ node, ints }) => [gathered(node, ints(0), ints(1))],
};

function gatheredShape(node: Node, data: Shape | undefined, indices: Shape | undefined): Shape | undefined {
  const axis = data && axisIndex(intAttr(node, "axis", 0), data.length);
  if (data === undefined || indices === undefined || axis === undefined) return undefined;
  return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
}

function gathered(node: Node, data: KnownInts | undefined, indices: KnownInts | undefined): KnownInts | undefined {
  const places = numbersOf(indices);
  const axis = data && axisIndex(intAttr(node, "axis", 0), data.shape.length);
  if (data === undefined || indices === undefined || places === undefined || axis === undefined) return undefined;
  const size = data.shape[axis]!;
  const order: KnownInts = { shape: indices.shape, elements: places };
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return reindex(data, shape, (at) => {
    const inner = at.slice(axis, axis + indices.shape.length);
    const flat = inner.reduce((sum, place, i) => sum * indices.shape[i]! + place, 0);
    const place = Number(order.elements[flat]);
    return [...at.slice(0, axis), place < 0 ? place + size : place, ...at.slice(axis + indices.shape.length)];
  });
}

/** One element for each of the indices, whose shape the output has. */
export const gatherElements: OpSpec = {
  op: "onnx.GatherElements",
  gradient: gatherElementsGradient,
  roles: () => ["data", "param"],
  infer: ({ type, shape }) => [tensorType(dtypeOf(type(0)), shape(1))],
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 1)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", 0), rank);
    // Along the other axes output and indices may be shorter than the data, but place i stays place i.
    return Array.from({ length: rank }, (_, i) => [
      i === axis ? opaque(0, i, i) : keeps(0, i, i),
      keeps(1, i, i),
    ]).flat();
  },
};

/** The last axis of the indices holds places in the data's axes after the batch axes. */
export const gatherND: OpSpec = {
  op: "onnx.GatherND",
  gradient: gatherNDGradient,
  roles: () => ["data", "param"],
  infer: (context) => [tensorType(dtypeOf(context.type(0)), gatheredNDShape(context))],
  axes: (node, shapeAt) => gatherNDAxes(node, shapeAt),
  propagate: ({ node, ints }) => (intAttr(node, "batch_dims", 0) === 0 ? [gatheredND(ints(0), ints(1))] : []),
};

function gatheredNDShape({ node, shape }: InferContext): Shape | undefined {
  const data = shape(0);
  const indices = shape(1);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof depth !== "number") return undefined;
  return [...indices.slice(0, -1), ...data.slice(intAttr(node, "batch_dims", 0) + depth)];
}

const gatherNDAxes: AxesRule = (node, shapeAt) => {
  const data = inputShape(node, shapeAt, 0);
  const indices = inputShape(node, shapeAt, 1);
  const depth = indices?.at(-1);
  const batch = intAttr(node, "batch_dims", 0);
  if (data === undefined || indices === undefined || typeof depth !== "number") return [];
  const shift = indices.length - 1 - batch - depth;
  return data.flatMap((_, axis) => {
    if (axis < batch) return [keeps(0, axis, axis)];
    if (axis >= batch + depth) return [keeps(0, axis, axis + shift)];
    return indices.length - 1 + data.length - batch - depth > 0 ? [opaque(0, axis, 0)] : [];
  });
};

function gatheredND(data: KnownInts | undefined, indices: KnownInts | undefined): KnownInts | undefined {
  const places = numbersOf(indices);
  const depth = indices?.shape.at(-1);
  if (data === undefined || indices === undefined || places === undefined || depth === undefined) return undefined;
  const outer = indices.shape.slice(0, -1);
  const shape = [...outer, ...data.shape.slice(depth)];
  return reindex(data, shape, (at) => {
    const row = at.slice(0, outer.length).reduce((sum, place, i) => sum * outer[i]! + place, 0);
    const head = Array.from({ length: depth }, (_, i) => {
      const place = places[row * depth + i]!;
      return place < 0 ? place + data.shape[i]! : place;
    });
    return [...head, ...at.slice(outer.length)];
  });
}
