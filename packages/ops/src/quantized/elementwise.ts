/** ONNX Runtime's operators on quantized tensors that work element by element. */
import type { OpName } from "@pare/ir";
import { broadcastShapes } from "../broadcast.ts";
import { broadcastLinks } from "../links.ts";
import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec, Role } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Operands at the slots of `data` broadcast; the first of `like` gives the element type. */
function broadcasting(op: OpName, count: number, data: readonly number[], like: number): OpSpec {
  return {
    op,
    roles: () => Array.from({ length: count }, (_, i): Role => (data.includes(i) ? "data" : "param")),
    axes: (node, shape) => broadcastLinks(node, shape, data),
    infer: ({ type, shape }) => [tensorType(dtypeOf(type(like)), broadcastShapes(data.map(shape)))],
    discontinuous: true,
  };
}

/** X, its scale and zero point, then those of the result. */
function unary(op: OpName): OpSpec {
  return {
    op,
    roles: () => ["data", "param"],
    axes: keepsAll(0),
    infer: sameAs(0),
    discontinuous: true,
  };
}

export const qLinearAdd = broadcasting("com.microsoft.QLinearAdd", 8, [0, 3], 0);
export const qLinearMul = broadcasting("com.microsoft.QLinearMul", 8, [0, 3], 0);
export const qLinearWhere = broadcasting("com.microsoft.QLinearWhere", 9, [0, 1, 4], 1);
export const qLinearSigmoid = unary("com.microsoft.QLinearSigmoid");
export const qLinearLeakyRelu = unary("com.microsoft.QLinearLeakyRelu");
export const qLinearSoftmax = unary("com.microsoft.QLinearSoftmax");

/** A, its zero point, B, its zero point: 32-bit products. */
export const mulInteger: OpSpec = {
  op: "com.microsoft.MulInteger",
  roles: () => ["data", "param", "data", "param"],
  axes: (node, shape) => broadcastLinks(node, shape, [0, 2]),
  infer: ({ shape }) => [tensorType("int32", broadcastShapes([shape(0), shape(2)]))],
};
