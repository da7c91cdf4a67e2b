import { intAttr } from "@pare/ir";
import { singleOf } from "../known.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";
import { topKGradient } from "./select-gradients.ts";

/** The k largest along an axis, and their places. k is an attribute up to opset 9, an input since. */
export const topK: OpSpec = {
  op: "onnx.TopK",
  gradient: topKGradient,
  roles: () => ["data", "param"],
  infer: ({ node, type, shape: shapeAt, ints }) => {
    const shape = shapeAt(0);
    const axis = shape && axisIndex(intAttr(node, "axis", -1), shape.length);
    const count = intAttr(node, "k") ?? singleOf(ints(1));
    const kept = axis === undefined ? undefined : shape?.with(axis, count);
    return [tensorType(dtypeOf(type(0)), kept), tensorType("int64", kept)];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", -1), rank);
    const links = (output: number) =>
      Array.from({ length: rank }, (_, i) => (i === axis ? opaque : keeps)(0, i, i, output));
    return node.outputs.length > 1 ? [...links(0), ...links(1)] : links(0);
  },
  discontinuous: true,
};
