import { type Dim, intsAttr, type Node } from "@pare/ir";
import { addDims } from "../dims.ts";
import { numbersOf } from "../known.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { constantNumbers } from "./constant.ts";
import { padGradient } from "./pad-gradient.ts";

/** The first half of the list is what comes before each axis, the second half what comes after; negative crops. */
export const pad: OpSpec = {
  op: "onnx.Pad",
  gradient: padGradient,
  roles: () => ["data", "param"],
  infer: (context) => {
    const shape = context.shape(0);
    const dtype = dtypeOf(context.type(0));
    if (shape === undefined) return [tensorType(dtype, undefined)];
    const pads = attributePads(context.node) ?? context.ints(1)?.elements;
    const axes = paddedAxes(context, shape.length);
    if (pads === undefined || axes === undefined) return [tensorType(dtype, unknownDims(shape.length))];
    const grown = axes.reduce(
      (sizes: Dim[], axis, i) => {
        const both = addDims(pads[i], pads[i + axes.length]);
        return sizes.with(axis, addDims(sizes[axis], both));
      },
      [...shape],
    );
    return [tensorType(dtype, grown)];
  },
  axes: (node, shapeAt) => {
    const shape = inputShape(node, shapeAt, 0) ?? [];
    const pads = attributePads(node) ?? constantNumbers(node, 1);
    const given = node.inputs[3] === undefined ? shape.map((_, axis) => axis) : constantNumbers(node, 3);
    const axes = given?.map((axis) => axisIndex(axis, shape.length));
    return shape.map((_, axis) => {
      const at = axes?.indexOf(axis);
      if (at === undefined || pads === undefined) return opaque(0, axis, axis);
      return keeps(0, axis, axis, 0, at < 0 ? { kind: "same" } : { kind: "offset", by: pads[at] ?? 0 });
    });
  },
};

/** "paddings" in opset 1, "pads" up to 10, an input since. */
function attributePads(node: Node): readonly number[] | undefined {
  return intsAttr(node, "pads") ?? intsAttr(node, "paddings");
}

function paddedAxes({ node, ints }: InferContext, rank: number): readonly number[] | undefined {
  if (node.inputs[3] === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = numbersOf(ints(3))?.map((axis) => axisIndex(axis, rank));
  return axes?.every((axis) => axis !== undefined) ? axes : undefined;
}
