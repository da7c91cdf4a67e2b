/** Copies of the first input with some elements replaced: its shape and type stay. */
import { type Dim, intAttr, type Node, stringAttr } from "@pare/ir";
import { flatIndex, numbersOf, placesOf } from "../known.ts";
import { type AxesRule, inputShape, keeps, opaque, sameAs } from "../rules.ts";
import type { KnownInts, OpSpec } from "../spec.ts";
import { axisIndex } from "../value-types.ts";
import { scatterElementsGradient, scatterNDGradient } from "./scatter-gradients.ts";

const dataAxes: AxesRule = (node, shape) => {
  const rank = inputShape(node, shape, 0)?.length ?? 0;
  return Array.from({ length: rank }, (_, axis) => keeps(0, axis, axis));
};

/** Indices and updates name places along every axis: nothing may be cut. */
const opaqueAxes: AxesRule = (node, shape) => dataAxes(node, shape).map((link) => ({ ...link, kind: "opaque" }));

export const scatterElements: readonly OpSpec[] = ["Scatter", "ScatterElements"].map((type) => ({
  op: `onnx.${type}`,
  gradient: scatterElementsGradient,
  roles: () => ["data", "param", "data"],
  infer: sameAs(0),
  axes: opaqueAxes,
  propagate: ({ node, ints }) => [replacesOnly(node) ? scattered(node, ints(0), ints(1), ints(2)) : undefined],
}));

function replacesOnly(node: Node): boolean {
  return stringAttr(node, "reduction", "none") === "none";
}

function scattered(
  node: Node,
  data: KnownInts | undefined,
  indices: KnownInts | undefined,
  updates: KnownInts | undefined,
): KnownInts | undefined {
  const axis = data && axisIndex(intAttr(node, "axis", 0), data.shape.length);
  const places = numbersOf(indices);
  if (data === undefined || indices === undefined || places === undefined || axis === undefined) return undefined;
  const elements = [...data.elements];
  for (const [i, at] of (placesOf(indices.shape) ?? []).entries()) {
    const place = places[i]!;
    const target = at.with(axis, place < 0 ? place + data.shape[axis]! : place);
    elements[flatIndex(target, data.shape)] = updates?.elements[i];
  }
  return { shape: data.shape, elements };
}

/** The last axis of the indices holds places in the first axes of the data. */
export const scatterND: OpSpec = {
  op: "onnx.ScatterND",
  gradient: scatterNDGradient,
  roles: () => ["data", "param", "data"],
  infer: sameAs(0),
  axes: (node, shape) => {
    const depth = inputShape(node, shape, 1)?.at(-1);
    const indexed = inputShape(node, shape, 1)?.length ?? 0;
    return dataAxes(node, shape).flatMap((link) => {
      const axis = link.from.axis;
      if (typeof depth !== "number" || axis < depth) return [opaque(0, axis, axis)];
      return [link, keeps(2, axis - depth + indexed - 1, axis)];
    });
  },
  propagate: ({ node, ints }) => [replacesOnly(node) ? scatteredND(ints(0), ints(1), ints(2)) : undefined],
};

function scatteredND(
  data: KnownInts | undefined,
  indices: KnownInts | undefined,
  updates: KnownInts | undefined,
): KnownInts | undefined {
  const places = numbersOf(indices);
  const depth = indices?.shape.at(-1);
  if (data === undefined || indices === undefined || places === undefined || !depth) return undefined;
  const elements: Dim[] = [...data.elements];
  const slice = data.shape.slice(depth).reduce((product, size) => product * size, 1);
  for (let row = 0; row * depth < places.length; row++) {
    const head = Array.from({ length: depth }, (_, i) => wrapped(places[row * depth + i]!, data.shape[i]!));
    const start = flatIndex(head, data.shape.slice(0, depth)) * slice;
    for (let i = 0; i < slice; i++) elements[start + i] = updates?.elements[row * slice + i];
  }
  return { shape: data.shape, elements };
}

function wrapped(place: number, size: number): number {
  return place < 0 ? place + size : place;
}

/** Writes a piece of a cache along `axis`. */
export const tensorScatter: OpSpec = {
  op: "onnx.TensorScatter",
  roles: () => ["data", "data", "param"],
  infer: sameAs(0),
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", -2), rank);
    return dataAxes(node, shape).flatMap((link, i) =>
      i === axis ? [opaque(0, i, i), opaque(1, i, i)] : [link, keeps(1, i, i)],
    );
  },
};
