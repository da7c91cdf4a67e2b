import { intAttr } from "@pare/ir";
import { singleOf } from "../known.ts";
import { inputShape, keeps } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

/** Indices [A,B] become [A,B,depth], the new axis at `axis`. Inputs: indices, depth, [off value, on value]. */
export const oneHot: OpSpec = {
  op: "onnx.OneHot",
  roles: () => ["data", "param"],
  infer: ({ node, type, shape: shapeAt, ints }) => {
    const shape = shapeAt(0);
    const dtype = dtypeOf(type(2));
    const axis = shape && axisIndex(intAttr(node, "axis", -1), shape.length + 1);
    if (shape === undefined || axis === undefined) return [tensorType(dtype, undefined)];
    return [tensorType(dtype, shape.toSpliced(axis, 0, singleOf(ints(1))))];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", -1), rank + 1) ?? rank;
    return Array.from({ length: rank }, (_, i) => keeps(0, i, i < axis ? i : i + 1));
  },
  discontinuous: true,
};
