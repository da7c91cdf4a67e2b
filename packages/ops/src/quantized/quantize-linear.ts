/**
 * Between real numbers and integers: y = saturate(round(x / scale) + zero point), and back. The scale is a scalar (or
 * one element), a vector along `axis`, or, with `block_size` B, of the data's shape with size(axis)/B along `axis`.
 */
import { intAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { inputShape, keeps, keepsAll, type ShapeOf } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, dtypeOfCode, tensorType } from "../value-types.ts";
import { dequantizeGradient, quantizeGradient } from "./quantize-gradients.ts";

function quantizedType({ node, type }: InferContext): DType | undefined {
  if (node.inputs[2] !== undefined) return dtypeOf(type(2));
  return dtypeOfCode(intAttr(node, "output_dtype", 0)) ?? "uint8";
}

function realType({ node, type }: InferContext): DType | undefined {
  return dtypeOfCode(intAttr(node, "output_dtype", 0)) ?? dtypeOf(type(1));
}

function axes(node: Node, shape: ShapeOf): AxisLink[] {
  return [...keepsAll(0)(node, shape), ...[1, 2].flatMap((input) => scaleLinks(node, shape, input))];
}

function scaleLinks(node: Node, shape: ShapeOf, input: number): AxisLink[] {
  const rank = inputShape(node, shape, 0)?.length;
  const scale = inputShape(node, shape, input);
  const axis = rank === undefined ? undefined : axisIndex(intAttr(node, "axis", 1), rank);
  if (scale === undefined || axis === undefined) return [];
  const block = intAttr(node, "block_size", 0);
  if (block > 0) {
    const map = { kind: "repeat", times: block } as const;
    return scale.map((_, i) => (i === axis ? keeps(input, i, i, 0, map) : keeps(input, i, i)));
  }
  return scale.length === 1 && scale[0] !== 1 ? [keeps(input, 0, axis)] : [];
}

function quantize(op: OpName): OpSpec {
  return {
    op,
    roles: () => ["data", "param", "param"],
    axes,
    infer: (context) => [tensorType(quantizedType(context), context.shape(0))],
    gradient: quantizeGradient,
    discontinuous: true,
  };
}

function dequantize(op: OpName): OpSpec {
  return {
    op,
    roles: () => ["data", "param", "param"],
    axes,
    infer: (context) => [tensorType(realType(context), context.shape(0))],
    gradient: dequantizeGradient,
  };
}

export const quantizeLinear = quantize("onnx.QuantizeLinear");
export const dequantizeLinear = dequantize("onnx.DequantizeLinear");
/** ONNX Runtime's own, for element types that ONNX had not yet. */
export const microsoftQuantizeLinear = quantize("com.microsoft.QuantizeLinear");
export const microsoftDequantizeLinear = dequantize("com.microsoft.DequantizeLinear");
