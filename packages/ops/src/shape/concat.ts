import { type Dim, intAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { addDims } from "../dims.ts";
import { placesOf } from "../known.ts";
import { inputShape, keeps, opaque, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, KnownInts, OpSpec } from "../spec.ts";
import { axisIndex, tensorType } from "../value-types.ts";
import { agreedDim } from "./join.ts";
import { concatGradient } from "./layout-gradients.ts";

export const concat: OpSpec = {
  op: "onnx.Concat",
  gradient: concatGradient,
  infer: (context) => [tensorType(sharedDType(context), concatShape(context))],
  axes: (node, shapeAt) => {
    const axis = intAttr(node, "axis", 1);
    let offset: Dim = 0;
    return node.inputs.flatMap((_, input) => {
      const shape = inputShape(node, shapeAt, input);
      const along = shape && axisIndex(axis, shape.length);
      if (shape === undefined || along === undefined) {
        offset = undefined;
        return [];
      }
      const at = offset;
      offset = addDims(offset, shape[along]);
      return shape.map((_, i) => (i === along ? shifted(input, i, at) : keeps(input, i, i)));
    });
  },
  propagate: (context) => [joined(context)],
};

function shifted(input: number, axis: number, by: Dim): AxisLink {
  return typeof by === "number" ? keeps(input, axis, axis, 0, { kind: "offset", by }) : opaque(input, axis, axis);
}

function concatShape({ node, shape: shapeAt }: InferContext): Shape | undefined {
  const shapes = node.inputs.map((_, i) => shapeAt(i));
  const rank = shapes.find((shape) => shape !== undefined)?.length;
  const axis = rank === undefined ? undefined : axisIndex(intAttr(node, "axis", 1), rank);
  if (rank === undefined || axis === undefined) return undefined;
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape?.[i]);
    return i === axis ? sizes.reduce(addDims, 0) : agreedDim(sizes);
  });
}

/** Inputs of known shape whose elements are unknown leave gaps. */
function joined(context: InferContext): KnownInts | undefined {
  const parts = context.node.inputs.map((_, i) => context.ints(i) ?? gap(context.shape(i)));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const first = parts[0];
  const axis = first && axisIndex(intAttr(context.node, "axis", 1), first.shape.length);
  if (first === undefined || axis === undefined) return undefined;
  const shape = first.shape.with(
    axis,
    parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0),
  );
  const places = placesOf(shape);
  return places && { shape, elements: places.map((at) => elementAt(parts, axis, at)) };
}

function gap(shape: Shape | undefined): KnownInts | undefined {
  const sizes = shape?.every((size) => typeof size === "number") ? shape : undefined;
  const places = sizes && placesOf(sizes);
  return sizes && places && { shape: sizes, elements: places.map(() => undefined) };
}

function elementAt(parts: readonly KnownInts[], axis: number, at: readonly number[]): Dim {
  let place = at[axis]!;
  for (const part of parts) {
    const size = part.shape[axis]!;
    if (place < size) return part.elements[at.with(axis, place).reduce((flat, i, k) => flat * part.shape[k]! + i, 0)];
    place -= size;
  }
  return undefined;
}
