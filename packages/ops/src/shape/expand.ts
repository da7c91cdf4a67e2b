import { broadcastShapes } from "../broadcast.ts";
import { smallShape, spreadTo } from "../known.ts";
import { inputShape, keeps } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { expandGradient } from "./layout-gradients.ts";

/** Broadcasts the input to a shape, both ways: [3,1] expanded to [2,1,6] is [2,3,6]. */
export const expand: OpSpec = {
  op: "onnx.Expand",
  gradient: expandGradient,
  roles: () => ["data", "param"],
  infer: (context) => [tensorType(dtypeOf(context.type(0)), expandedShape(context))],
  axes: (node, shapeAt) => {
    const shape = inputShape(node, shapeAt, 0) ?? [];
    const output = node.outputs[0] && shapeAt(node.outputs[0]);
    if (output === undefined) return [];
    return shape.flatMap((size, axis) => {
      const to = axis + output.length - shape.length;
      return size === 1 && output[to] !== 1 ? [] : [keeps(0, axis, to)];
    });
  },
  propagate: (context) => {
    const shape = smallShape(expandedShape(context));
    const known = context.ints(0);
    return [known && shape && spreadTo(known, shape)];
  },
};

function expandedShape({ ints, shape }: InferContext) {
  const rank = shape(1)?.[0];
  const target = ints(1)?.elements ?? (typeof rank === "number" ? unknownDims(rank) : undefined);
  return broadcastShapes([shape(0), target]);
}
