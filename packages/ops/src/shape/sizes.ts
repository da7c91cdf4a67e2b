/** Shape and Size: where sizes become elements. */
import { intAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { productDims } from "../dims.ts";
import { knownScalar, knownVector } from "../known.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { scalarType, tensorType } from "../value-types.ts";

/** From opset 15 on it may give a part of the shape. */
export const shapeOp: OpSpec = {
  op: "onnx.Shape",
  gradient: "none",
  infer: (context) => [tensorType("int64", [part(context)?.length])],
  propagate: (context) => {
    const sizes = part(context);
    return [sizes && knownVector(sizes)];
  },
};

function part({ node, shape: shapeAt }: InferContext): Shape | undefined {
  const shape = shapeAt(0);
  const start = intAttr(node, "start", 0);
  const end = intAttr(node, "end");
  return end === undefined ? shape?.slice(start) : shape?.slice(start, end);
}

export const size: OpSpec = {
  op: "onnx.Size",
  gradient: "none",
  infer: () => [scalarType("int64")],
  propagate: ({ shape: shapeAt }) => {
    const shape = shapeAt(0);
    return [shape && knownScalar(productDims(shape))];
  },
};
