/** Choosing features and putting them together. */
import { intsAttr } from "@pare/ir";
import { productDims } from "../dims.ts";
import { inputShape, keeps } from "../rules.ts";
import type { OpSpec, Role } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { sampleCount } from "./samples.ts";

/** Columns of […, F] by their indices: […, indices]; a vector counts as one row. */
export const arrayFeatureExtractor: OpSpec = {
  op: "ai.onnx.ml.ArrayFeatureExtractor",
  roles: (): readonly Role[] => ["data", "param"],
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    return Array.from({ length: Math.max(rank - 1, 0) }, (_, axis) => keeps(0, axis, axis));
  },
  infer: ({ type, shape }) => {
    const dims = shape(0);
    const indices = shape(1);
    const leading = dims?.length === 1 ? [1] : dims?.slice(0, -1);
    return [tensorType(dtypeOf(type(0)), leading && [...leading, indices && productDims(indices)])];
  },
};

/** Features of several inputs side by side: [N, sum of inputdimensions]. */
export const featureVectorizer: OpSpec = {
  op: "ai.onnx.ml.FeatureVectorizer",
  infer: (context) => {
    const widths = intsAttr(context.node, "inputdimensions");
    return [tensorType("float32", [sampleCount(context), widths?.reduce((sum, width) => sum + width, 0)])];
  },
};
