import { intsAttr } from "@pare/ir";
import { largest } from "../broadcast.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";

/** Counts of n-grams: [C] to [columns], [N,C] to [N,columns], with one column for each of `ngram_indexes`. */
export const tfIdf: OpSpec = {
  op: "onnx.TfIdfVectorizer",
  gradient: "none",
  infer: ({ node, shape: shapeAt }) => {
    const shape = shapeAt(0);
    const columns = largest((intsAttr(node, "ngram_indexes") ?? []).map((index) => index + 1));
    return [tensorType("float32", shape && [...shape.slice(0, -1), columns])];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    return Array.from({ length: rank }, (_, axis) => (axis === rank - 1 ? opaque : keeps)(0, axis, axis));
  },
  discontinuous: true,
};
