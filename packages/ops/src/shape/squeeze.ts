/** Axes of size 1, taken away or put in. Which ones is an attribute up to opset 12, an input since. */
import { type Dim, intsAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { numbersOf } from "../known.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { reshapeGradient } from "./layout-gradients.ts";
import { regroup, reshaped } from "./reshape.ts";

/** Undefined: given but not known. */
function axesOf({ node, ints }: InferContext): readonly number[] | "none" | undefined {
  if (node.inputs[1] !== undefined) return numbersOf(ints(1));
  return intsAttr(node, "axes") ?? "none";
}

function squeezedShape(context: InferContext): Shape | undefined {
  const shape = context.shape(0);
  const axes = axesOf(context);
  if (shape === undefined) return undefined;
  if (axes === "none") {
    const certain = shape.every((size) => typeof size === "number");
    return certain ? shape.filter((size) => size !== 1) : undefined;
  }
  if (axes === undefined) {
    const count = context.shape(1)?.[0];
    return typeof count === "number" ? unknownDims(Math.max(0, shape.length - count)) : undefined;
  }
  const gone = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return shape.filter((_, axis) => !gone.includes(axis));
}

function unsqueezedShape(context: InferContext): Shape | undefined {
  const shape = context.shape(0);
  const axes = axesOf(context);
  if (shape === undefined || axes === "none") return undefined;
  if (axes === undefined) {
    const count = context.shape(1)?.[0];
    return typeof count === "number" ? unknownDims(shape.length + count) : undefined;
  }
  const rank = shape.length + axes.length;
  const added = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const left = [...shape];
  return Array.from({ length: rank }, (_, axis): Dim => (added.includes(axis) ? 1 : left.shift()));
}

function spec(type: string, shapeOf: (context: InferContext) => Shape | undefined): OpSpec {
  return {
    op: `onnx.${type}`,
    gradient: reshapeGradient,
    roles: () => ["data", "param"],
    infer: (context) => [tensorType(dtypeOf(context.type(0)), shapeOf(context))],
    axes: regroup,
    propagate: (context) => [reshaped(context.ints(0), shapeOf(context))],
  };
}

export const squeeze = spec("Squeeze", squeezedShape);
export const unsqueeze = spec("Unsqueeze", unsqueezedShape);
