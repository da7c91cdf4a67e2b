/** Detectors' last steps: choosing boxes and cutting regions out. */
import { intAttr } from "@pare/ir";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Boxes [N,B,4] and scores [N,C,B] to rows of (batch, class, box): as many as are left. */
export const nonMaxSuppression: OpSpec = {
  op: "onnx.NonMaxSuppression",
  gradient: "none",
  roles: () => ["data", "data", "param"],
  infer: ({ fresh }) => [tensorType("int64", [fresh(), 3])],
  axes: (node, shapeAt) =>
    [0, 1].flatMap((input) => (inputShape(node, shapeAt, input) ?? []).map((_, i) => opaque(input, i, 0))),
  discontinuous: true,
};

/** Features [N,C,H,W], regions [R,4] and their images [R] to [R,C,output_height,output_width]. */
export const roiAlign: OpSpec = {
  op: "onnx.RoiAlign",
  roles: () => ["data", "param"],
  infer: ({ node, type, shape }) => {
    const size = [intAttr(node, "output_height", 1), intAttr(node, "output_width", 1)];
    return [tensorType(dtypeOf(type(0)), [shape(1)?.[0], shape(0)?.[1], ...size])];
  },
  axes: () => [opaque(0, 0, 0), keeps(0, 1, 1), opaque(0, 2, 2), opaque(0, 3, 3), keeps(1, 0, 0), keeps(2, 0, 0)],
  discontinuous: true,
};
