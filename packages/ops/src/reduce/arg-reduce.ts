/** The place of the largest or smallest element along one axis. Ties and near-ties make it jump. */
import { intAttr } from "@pare/ir";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex, tensorType } from "../value-types.ts";

export const argReductions: readonly OpSpec[] = ["ArgMax", "ArgMin"].map((type) => ({
  op: `onnx.${type}`,
  infer: ({ node, shape: shapeAt }) => {
    const shape = shapeAt(0);
    const axis = shape && axisIndex(intAttr(node, "axis", 0), shape.length);
    if (shape === undefined || axis === undefined) return [tensorType("int64", undefined)];
    const keep = intAttr(node, "keepdims", 1) === 1;
    return [
      tensorType(
        "int64",
        shape.flatMap((size, i) => (i !== axis ? [size] : keep ? [1] : [])),
      ),
    ];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", 0), rank);
    const keep = intAttr(node, "keepdims", 1) === 1;
    const last = keep ? rank - 1 : rank - 2;
    return Array.from({ length: rank }, (_, i) => {
      if (i !== axis) return [keeps(0, i, keep || axis === undefined || i < axis ? i : i - 1)];
      return last < 0 ? [] : [opaque(0, i, Math.min(i, last))];
    }).flat();
  },
  gradient: "none",
  discontinuous: true,
}));
