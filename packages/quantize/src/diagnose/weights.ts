/** Weights of integer layers as the doctor looks at them: codes, and which axis is that of the output channels. */
import { intAttr, type Model, type Node, producerOf } from "@pare/ir";
import { numbers, type Tensor } from "@pare/tensor";
import type { Placement } from "../contract.ts";
import { nameOf } from "../node-names.ts";
import { quantizeConstant } from "../weights/quantize-constant.ts";

export interface CodedWeight {
  /** The layer's name. */
  readonly node: string;
  readonly op: string;
  readonly shape: readonly number[];
  /** Computed when asked for. */
  codes(): Float64Array;
  readonly hasOneScale: boolean;
  /** Of the output channels. */
  readonly axis: number;
  /** Depthwise, or another convolution of several groups. */
  readonly isGrouped: boolean;
}

export function placedWeights({ weights }: Placement): readonly CodedWeight[] {
  return weights.flatMap(({ value, node, slot, spec }) => {
    const axis = channelAxis(node);
    if (value.origin.kind !== "constant" || slot !== 1 || axis === undefined) return [];
    const { tensor } = value.origin;
    const codes = () => numbers(quantizeConstant(tensor, spec).codes);
    return [described(node, axis, tensor, spec.axis === undefined, codes)];
  });
}

/** Of a quantized model: constants behind DequantizeLinear that a layer reads. */
export function storedWeights({ graph }: Model): readonly CodedWeight[] {
  return [...graph.nodes].flatMap((node) => {
    const axis = channelAxis(node);
    const decode = producerOf(node.inputs[1]);
    if (axis === undefined || decode?.op !== "onnx.DequantizeLinear") return [];
    const [codes, scale] = decode.inputs;
    if (codes?.origin.kind !== "constant" || scale?.origin.kind !== "constant") return [];
    const { tensor } = codes.origin;
    const scales = numbers(scale.origin.tensor);
    return [described(node, axis, tensor, scales.length === 1, () => numbers(tensor))];
  });
}

function described(
  node: Node,
  axis: number,
  { shape }: Tensor,
  hasOneScale: boolean,
  codes: () => Float64Array,
): CodedWeight {
  const at = axis < 0 ? axis + shape.length : axis;
  const isGrouped = intAttr(node, "group", 1) > 1;
  return { node: nameOf(node), op: node.op, shape, codes, hasOneScale, axis: at, isGrouped };
}

/** Of [M,C/g,…] in Conv, [C,M,…] in ConvTranspose, [K,N] in MatMul and Gemm. */
function channelAxis(node: Node): number | undefined {
  switch (node.op) {
    case "onnx.Conv":
      return 0;
    case "onnx.ConvTranspose":
      return 1;
    case "onnx.MatMul":
      return -1;
    case "onnx.Gemm":
      return intAttr(node, "transB", 0) === 1 ? 0 : 1;
    default:
      return undefined;
  }
}
