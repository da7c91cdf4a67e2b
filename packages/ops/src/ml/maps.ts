/** Between tensors and dictionaries. */
import { intAttr, type Node, stringAttr } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, scalarType, tensorType } from "../value-types.ts";
import { attrLength, labelsOf } from "./samples.ts";

/** Scores [N, classes] → for each sample a map from class to score. */
export const zipMap: OpSpec = {
  op: "ai.onnx.ml.ZipMap",
  infer: ({ node }) => [
    { kind: "sequence", element: { kind: "map", key: labelsOf(node).dtype, value: scalarType("float32") } },
  ],
};

function mapValueDType({ type }: InferContext): DType | undefined {
  const map = type(0);
  return map?.kind === "map" ? dtypeOf(map.value) : undefined;
}

/** A map → [1, vocabulary]. */
export const dictVectorizer: OpSpec = {
  op: "ai.onnx.ml.DictVectorizer",
  infer: (context) => {
    const { node } = context;
    const words = attrLength(node, "string_vocabulary") || attrLength(node, "int64_vocabulary");
    return [tensorType(mapValueDType(context), [1, words])];
  },
};

const castTargets: Readonly<Record<string, DType>> = { TO_FLOAT: "float32", TO_STRING: "string", TO_INT64: "int64" };

/** A map's values in the order of its keys → [1, values]; with SPARSE, [1, max_map]. */
export const castMap: OpSpec = {
  op: "ai.onnx.ml.CastMap",
  infer: ({ node }) => [tensorType(castTargets[stringAttr(node, "cast_to", "TO_FLOAT")], [1, mapWidth(node)])],
};

function mapWidth(node: Node): number | undefined {
  return stringAttr(node, "map_form", "DENSE") === "SPARSE" ? intAttr(node, "max_map", 1) : undefined;
}
