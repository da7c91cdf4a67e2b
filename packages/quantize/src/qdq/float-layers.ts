/**
 * ONNX Runtime quantizes the float weights of a Conv, ConvTranspose or Gemm by itself, one scale for the whole tensor, where its
 * data comes from a DequantizeLinear with a scalar scale and its output goes to a QuantizeLinear. A layer that stays
 * float for its accuracy or speed would lose both. It leaves alone what reads a DequantizeLinear with a scale for
 * each element of an axis, so such a layer gets one: the same scale, written once for every channel.
 */
import { attr, attrsOf, type Edit, intAttr, type Node, type Use, type Value } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import type { Affine, QuantType } from "../contract.ts";

interface ChannelAxis {
  readonly axis: number;
  readonly channels: number;
}

/** The axis of the data that runs along the input channels of a layer with a constant float weight. */
export function channelAxis({ node, slot }: Use & { readonly kind: "input" }): ChannelAxis | undefined {
  const [, weight] = node.inputs;
  if (slot !== 0 || weight?.origin.kind !== "constant") return undefined;
  const [first = 1, second = 1] = weight.origin.tensor.shape;
  switch (node.op) {
    case "onnx.Conv":
      return { axis: 1, channels: second * intAttr(node, "group", 1) };
    case "onnx.ConvTranspose":
      return { axis: 1, channels: first };
    case "onnx.Gemm":
      return { axis: 1 - intAttr(node, "transA", 0), channels: intAttr(node, "transB", 0) === 1 ? second : first };
    case "onnx.MatMul":
      // With the Add behind it, it becomes a Gemm first.
      return weight.origin.tensor.shape.length === 2 ? { axis: -1, channels: first } : undefined;
    default:
      return undefined;
  }
}

/** A DequantizeLinear behind `codes` with the grid repeated for every channel. */
export function dequantizeByChannel(
  edit: Edit,
  value: Value,
  codes: Value,
  { scale, zeroPoint }: Affine,
  type: QuantType,
  { axis, channels }: ChannelAxis,
): Node {
  const repeated = (dtype: "float32" | QuantType, number: number): Tensor =>
    tensorOf(dtype, [channels], new Float64Array(channels).fill(number));
  const inputs = [
    codes,
    edit.constant(`${value.name}_channel_scale`, repeated("float32", scale)),
    edit.constant(`${value.name}_channel_zero_point`, repeated(type, zeroPoint)),
  ];
  return edit.node("onnx.DequantizeLinear", inputs, {
    name: `${value.name}_dequantize_axis_${axis}_of_${channels}`,
    outputs: [`${value.name}_dq`],
    attrs: attrsOf({ axis: attr.int(axis) }),
  });
}
