/** Rules that many operators share, to be put into a spec's `infer` and `axes`. */
import type { Dim, Node, Value, ValueType } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { broadcastShapes, largest, type Shape } from "./broadcast.ts";
import type { AxisLink, AxisMap, InferContext, OpSpec } from "./spec.ts";
import { dtypeOf, tensorType } from "./value-types.ts";

export type InferRule = OpSpec["infer"];
export type AxesRule = NonNullable<OpSpec["axes"]>;
export type ShapeOf = (value: Value) => Shape | undefined;

/** Output 0 has the type of input `i`. */
export function sameAs(i: number): InferRule {
  return (context) => [context.type(i)];
}

/** Output 0 has the shape of input `i` and this element type. */
export function shapedAs(i: number, dtype: DType | ((context: InferContext) => DType | undefined)): InferRule {
  return (context) => [tensorType(typeof dtype === "function" ? dtype(context) : dtype, context.shape(i))];
}

/** The element type of the first input that has one: those of `inputs`, or of all. */
export function sharedDType(context: InferContext, inputs?: readonly number[]): DType | undefined {
  const slots = inputs ?? context.node.inputs.map((_, i) => i);
  for (const i of slots) {
    const dtype = dtypeOf(context.type(i));
    if (dtype !== undefined) return dtype;
  }
  return undefined;
}

/** All inputs broadcast together; the element type is theirs, or the one given. */
export function elementwise(dtype?: DType): InferRule {
  return (context) => [tensorType(dtype ?? sharedDType(context), broadcastOfInputs(context))];
}

export function broadcastOfInputs(context: InferContext): Dim[] | undefined {
  return broadcastShapes(context.node.inputs.map((_, i) => context.shape(i)));
}

export const same: AxisMap = { kind: "same" };

/** Axis `from` of input `input` is axis `to` of output `output`. */
export function keeps(input: number, from: number, to: number, output = 0, map: AxisMap = same): AxisLink {
  return { from: { input, axis: from }, to: { output, axis: to }, kind: "keeps", map };
}

/** Every output element depends on all of axis `from` (a sum, a maximum), whichever axis `to` it is seen from. */
export function mixes(input: number, from: number, to: number, output = 0): AxisLink {
  return { from: { input, axis: from }, to: { output, axis: to }, kind: "mixes", map: same };
}

/** How axis `from` reaches axis `to` is unknown: neither may be cut. */
export function opaque(input: number, from: number, to: number, output = 0): AxisLink {
  return { from: { input, axis: from }, to: { output, axis: to }, kind: "opaque", map: same };
}

/** All axes of input `input` are the axes of output `output`. */
export function keepsAll(input = 0, output = 0): AxesRule {
  return (node, shape) => {
    const rank = inputShape(node, shape, input)?.length ?? 0;
    return Array.from({ length: rank }, (_, axis) => keeps(input, axis, axis, output));
  };
}

/** Axes are aligned from the last; an axis of size 1 that is stretched is no link. */
export const broadcastAxes: AxesRule = (node, shape) => {
  const shapes = node.inputs.map((_, i) => inputShape(node, shape, i));
  const rank = largest(shapes.map((dims) => dims?.length ?? 0));
  return shapes.flatMap((dims, input) =>
    (dims ?? []).flatMap((size, axis) => {
      const to = axis + rank - dims!.length;
      const stretched = size === 1 && shapes.some((other) => (other?.[to - rank + other.length] ?? 1) !== 1);
      return stretched ? [] : [keeps(input, axis, to)];
    }),
  );
};

export function inputShape(node: Node, shape: ShapeOf, i: number): Shape | undefined {
  const value = node.inputs[i];
  return value && shape(value);
}

/** Types for the outputs that a node has: `types`, cut or filled up with unknown. */
export function perOutput(node: Node, types: readonly (ValueType | undefined)[]): (ValueType | undefined)[] {
  return node.outputs.map((_, i) => types[i]);
}
