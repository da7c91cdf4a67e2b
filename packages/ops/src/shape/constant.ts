import { type Node, tensorAttr } from "@pare/ir";
import { stringTensor, type Tensor, tensorOf } from "@pare/tensor";
import { knownOfTensor, numbersOf } from "../known.ts";
import type { OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";

/** The tensor of a Constant node, whichever of its attributes holds it; undefined for any other node. */
export function constantOfNode(node: Node): Tensor | undefined {
  if (node.op !== "onnx.Constant") return undefined;
  const value = tensorAttr(node, "value");
  if (value !== undefined) return value;
  const integer = node.attrs.get("value_int");
  if (integer?.kind === "int") return tensorOf("int64", [], [integer.value]);
  const integers = node.attrs.get("value_ints");
  if (integers?.kind === "ints") return tensorOf("int64", [integers.values.length], integers.values);
  return floatConstant(node) ?? stringConstant(node);
}

function floatConstant(node: Node): Tensor | undefined {
  const single = node.attrs.get("value_float");
  if (single?.kind === "float") return tensorOf("float32", [], [single.value]);
  const many = node.attrs.get("value_floats");
  return many?.kind === "floats" ? tensorOf("float32", [many.values.length], many.values) : undefined;
}

function stringConstant(node: Node): Tensor | undefined {
  const single = node.attrs.get("value_string");
  if (single?.kind === "string") return stringTensor([], [single.value]);
  const many = node.attrs.get("value_strings");
  return many?.kind === "strings" ? stringTensor([many.values.length], many.values) : undefined;
}

/** The constant behind an input: an initializer, or the output of a Constant node. For rules that have only the node. */
export function constantInput(node: Node, i: number): Tensor | undefined {
  const origin = node.inputs[i]?.origin;
  if (origin?.kind === "constant") return origin.tensor;
  return origin?.kind === "output" ? constantOfNode(origin.node) : undefined;
}

/** The elements of a small constant input. */
export function constantNumbers(node: Node, i: number): readonly number[] | undefined {
  const tensor = constantInput(node, i);
  return tensor && numbersOf(knownOfTensor(tensor));
}

export const constant: OpSpec = {
  op: "onnx.Constant",
  gradient: "none",
  infer: ({ node }) => {
    const tensor = constantOfNode(node);
    if (tensor !== undefined) return [tensorType(tensor.dtype, tensor.shape)];
    const sparse = node.attrs.get("sparse_value");
    return [sparse?.kind === "sparse-tensor" ? tensorType(sparse.tensor.values.dtype, sparse.tensor.shape) : undefined];
  },
  propagate: ({ known, node }) => [node.outputs[0] && known(node.outputs[0])],
};
