/** Operators whose output is as long as the data makes it. */
import { intAttr } from "@pare/ir";
import { knownOfTensor, numbersOf, placesOf } from "../known.ts";
import { inputShape, keeps, opaque, perOutput } from "../rules.ts";
import type { InferContext, KnownInts, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";
import { compressGradient } from "./select-gradients.ts";

/** Keeps the slices whose condition is true; without an axis the elements of the flattened input. */
export const compress: OpSpec = {
  op: "onnx.Compress",
  gradient: compressGradient,
  roles: () => ["data", "param"],
  infer: ({ node, type, shape: shapeAt, ints, fresh }) => {
    const shape = shapeAt(0);
    const dtype = dtypeOf(type(0));
    const count = numbersOf(ints(1))?.filter((condition) => condition !== 0).length ?? fresh();
    const given = intAttr(node, "axis");
    if (given === undefined) return [tensorType(dtype, [count])];
    const axis = shape && axisIndex(given, shape.length);
    return [tensorType(dtype, axis === undefined ? undefined : shape?.with(axis, count))];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis") ?? rank, rank);
    if (axis === undefined) return Array.from({ length: rank }, (_, i) => opaque(0, i, 0));
    return Array.from({ length: rank }, (_, i) => (i === axis ? opaque : keeps)(0, i, i));
  },
  discontinuous: true,
};

/** The places of all elements that are not zero, as the columns of [rank, count]. */
export const nonZero: OpSpec = {
  op: "onnx.NonZero",
  gradient: "none",
  infer: (context) => {
    const found = nonZeroPlaces(context);
    return [
      found ? tensorType("int64", found.shape) : tensorType("int64", [context.shape(0)?.length, context.fresh()]),
    ];
  },
  axes: (node, shapeAt) => (inputShape(node, shapeAt, 0) ?? []).map((_, axis) => opaque(0, axis, 1)),
  discontinuous: true,
  propagate: (context) => [nonZeroPlaces(context)],
};

function nonZeroPlaces({ constant, ints }: InferContext): KnownInts | undefined {
  const tensor = constant(0);
  const known = tensor === undefined ? ints(0) : knownOfTensor(tensor);
  const values = numbersOf(known);
  if (known === undefined || values === undefined) return undefined;
  const found = (placesOf(known.shape) ?? []).filter((_, i) => values[i] !== 0);
  const elements = known.shape.flatMap((_, axis) => found.map((at) => at[axis]!));
  return { shape: [known.shape.length, found.length], elements };
}

/** Outputs: the different elements (or slices along an axis), and three vectors of places and counts. */
export const unique: OpSpec = {
  op: "onnx.Unique",
  infer: ({ node, type, shape: shapeAt, fresh }) => {
    const shape = shapeAt(0);
    const count = fresh();
    const given = intAttr(node, "axis");
    const axis = given === undefined || shape === undefined ? undefined : axisIndex(given, shape.length);
    const whole = given === undefined ? [count] : axis === undefined ? undefined : shape?.with(axis, count);
    const inverse = axis === undefined ? undefined : shape?.[axis];
    const all = given === undefined ? (shape && shape.length === 1 ? shape[0] : undefined) : inverse;
    return perOutput(node, [
      tensorType(dtypeOf(type(0)), whole),
      tensorType("int64", [count]),
      tensorType("int64", [all]),
      tensorType("int64", [count]),
    ]);
  },
  discontinuous: true,
};
