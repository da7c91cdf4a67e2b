import { type Dim, intAttr, intsAttr } from "@pare/ir";
import { addDims, ceilDivDims, floorDivDims, mulDims, subDims } from "../dims.ts";
import { reindex } from "../known.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";
import { constantNumbers } from "./constant.ts";
import { splitGradient } from "./layout-gradients.ts";

export const split: OpSpec = {
  op: "onnx.Split",
  gradient: splitGradient,
  roles: () => ["data", "param"],
  infer: (context) => {
    const shape = context.shape(0);
    const axis = shape && axisIndex(intAttr(context.node, "axis", 0), shape.length);
    const dtype = dtypeOf(context.type(0));
    if (shape === undefined || axis === undefined) return context.node.outputs.map(() => tensorType(dtype, undefined));
    const sizes = splitSizes(context, shape[axis]);
    return context.node.outputs.map((_, slot) => tensorType(dtype, shape.with(axis, sizes[slot])));
  },
  axes: (node, shapeAt) => {
    const shape = inputShape(node, shapeAt, 0);
    const axis = shape && axisIndex(intAttr(node, "axis", 0), shape.length);
    let offset: Dim = 0;
    const given = intsAttr(node, "split") ?? constantNumbers(node, 1);
    return node.outputs.flatMap((value, slot) => {
      const at = offset;
      offset = addDims(offset, given?.[slot] ?? (axis === undefined ? undefined : shapeAt(value)?.[axis]));
      return (shape ?? []).map((_, i) => {
        if (i !== axis) return keeps(0, i, i, slot);
        return typeof at === "number" ? keeps(0, i, i, slot, { kind: "offset", by: -at }) : opaque(0, i, i, slot);
      });
    });
  },
  propagate: (context) => {
    const known = context.ints(0);
    const axis = known && axisIndex(intAttr(context.node, "axis", 0), known.shape.length);
    if (known === undefined || axis === undefined) return [];
    let start = 0;
    return splitSizes(context, known.shape[axis]).map((size) => {
      if (typeof size !== "number") return undefined;
      const from = start;
      start += size;
      return reindex(known, known.shape.with(axis, size), (at) => at.with(axis, at[axis]! + from));
    });
  },
};

/** Sizes are an attribute up to opset 12, an input since; else equal parts, of which from 18 on the last may be smaller. */
function splitSizes({ node, opset, ints, shape }: InferContext, size: Dim): readonly Dim[] {
  const parts = node.outputs.length;
  const given = intsAttr(node, "split") ?? ints(1)?.elements;
  if (given !== undefined) return given;
  if (node.inputs[1] !== undefined && shape(1)?.[0] !== 0) return new Array<Dim>(parts).fill(undefined);
  if (opset < 18) return new Array<Dim>(parts).fill(floorDivDims(size, parts));
  const part = ceilDivDims(size, intAttr(node, "num_outputs", parts));
  const last = subDims(size, mulDims(part, parts - 1));
  return Array.from({ length: parts }, (_, slot) => (slot === parts - 1 ? last : part));
}
