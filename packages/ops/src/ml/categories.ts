/** Between categories, as strings or integers, and numbers. */
import { type Dim, type Node, tensorAttr } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { keepsAll, shapedAs } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { attrLength } from "./samples.ts";

/** Strings become integers and integers strings. */
function opposite({ type }: InferContext): DType | undefined {
  const dtype = dtypeOf(type(0));
  return dtype === "string" ? "int64" : dtype === "int64" ? "string" : undefined;
}

function labelDType(context: InferContext): DType | undefined {
  const { node } = context;
  if (node.attrs.has("values_strings")) return "string";
  if (node.attrs.has("values_int64s")) return "int64";
  if (node.attrs.has("values_floats")) return "float32";
  return tensorAttr(node, "values_tensor")?.dtype ?? opposite(context);
}

export const labelEncoder: OpSpec = {
  op: "ai.onnx.ml.LabelEncoder",
  axes: keepsAll(0),
  infer: shapedAs(0, labelDType),
  discontinuous: true,
};

export const categoryMapper: OpSpec = {
  op: "ai.onnx.ml.CategoryMapper",
  axes: keepsAll(0),
  infer: shapedAs(0, opposite),
  discontinuous: true,
};

/** Adds an axis with one element a category. */
export const oneHotEncoder: OpSpec = {
  op: "ai.onnx.ml.OneHotEncoder",
  axes: keepsAll(0),
  infer: ({ node, shape }) => {
    const dims: readonly Dim[] | undefined = shape(0);
    return [tensorType("float32", dims && [...dims, categoryCount(node)])];
  },
  discontinuous: true,
};

function categoryCount(node: Node): number {
  return attrLength(node, "cats_strings") || attrLength(node, "cats_int64s");
}
