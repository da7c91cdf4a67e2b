/** Lists of tensors. A list's element type is what holds of all its members. */
import { type Dim, intAttr, type ValueType } from "@pare/ir";
import { ceilDivDims } from "../dims.ts";
import { joinTypes } from "../shape/join.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, dtypeOfCode, scalarType, shapeOf, tensorType } from "../value-types.ts";

function elementOf(type: ValueType | undefined): ValueType | undefined {
  return type?.kind === "sequence" ? type.element : undefined;
}

function joined(types: readonly (ValueType | undefined)[]): ValueType | undefined {
  return types.length === 0 ? undefined : types.reduce(joinTypes);
}

export const sequences: readonly OpSpec[] = [
  {
    op: "onnx.SequenceConstruct",
    infer: ({ node, type }) => [{ kind: "sequence", element: joined(node.inputs.map((_, i) => type(i))) }],
  },
  {
    // Nothing is in it yet: only the element type is known.
    op: "onnx.SequenceEmpty",
    infer: ({ node }) => [{ kind: "sequence", element: tensorType(dtypeOfCode(intAttr(node, "dtype", 1)), undefined) }],
  },
  { op: "onnx.SequenceAt", roles: () => ["data", "param"], infer: ({ type }) => [elementOf(type(0))] },
  { op: "onnx.SequenceErase", roles: () => ["data", "param"], infer: ({ type }) => [type(0)] },
  {
    op: "onnx.SequenceInsert",
    roles: () => ["data", "data", "param"],
    infer: ({ type }) => [{ kind: "sequence", element: joinTypes(elementOf(type(0)), type(1)) }],
  },
  { op: "onnx.SequenceLength", gradient: "none", infer: () => [scalarType("int64")] },
  { op: "onnx.SplitToSequence", roles: () => ["data", "param"], infer: (context) => [splitToSequence(context)] },
  { op: "onnx.ConcatFromSequence", infer: (context) => [concatFromSequence(context)] },
];

/** Pieces of `split` each (the last may be shorter), or of 1, whose axis goes away unless `keepdims`. */
function splitToSequence({ node, type, shape: shapeAt, ints }: InferContext): ValueType {
  const shape = shapeAt(0);
  const dtype = dtypeOf(type(0));
  const axis = shape && axisIndex(intAttr(node, "axis", 0), shape.length);
  if (shape === undefined || axis === undefined) return { kind: "sequence", element: tensorType(dtype, undefined) };
  if (node.inputs[1] === undefined) {
    const keep = intAttr(node, "keepdims", 1) === 1;
    return { kind: "sequence", element: tensorType(dtype, keep ? shape.with(axis, 1) : shape.toSpliced(axis, 1)) };
  }
  return { kind: "sequence", element: tensorType(dtype, shape.with(axis, pieceSize(shape[axis], ints(1)?.elements))) };
}

/** Undefined unless all pieces have one size. */
function pieceSize(size: Dim, split: readonly Dim[] | undefined): Dim {
  const [piece] = split ?? [];
  if (split === undefined || piece === undefined || !split.every((other) => other === piece)) return undefined;
  if (split.length > 1) return piece;
  return typeof size === "number" && ceilDivDims(size, piece) === Number(size) / Number(piece) ? piece : undefined;
}

/** `new_axis` stacks the tensors on an axis of their own. */
function concatFromSequence({ node, type }: InferContext): ValueType {
  const element = elementOf(type(0));
  const shape = shapeOf(element);
  const stack = intAttr(node, "new_axis", 0) === 1;
  const axis = shape && axisIndex(intAttr(node, "axis", 0), shape.length + (stack ? 1 : 0));
  if (shape === undefined || axis === undefined) return tensorType(dtypeOf(element), undefined);
  return tensorType(dtypeOf(element), stack ? shape.toSpliced(axis, 0, undefined) : shape.with(axis, undefined));
}

/** Runs its body on every member of a list (or of several, side by side); tensors are given to each run as they are. */
export const sequenceMap: OpSpec = {
  op: "onnx.SequenceMap",
  infer: ({ node, type, body }) => {
    const inputs = node.inputs.map((_, i) => {
      const given = type(i);
      return given?.kind === "sequence" ? given.element : given;
    });
    return body("body", inputs).map((element) => ({ kind: "sequence", element }));
  },
  macs: () => undefined,
};
