/** QuantizeLinear and DequantizeLinear as a runtime's rewriting sees them. */
import { intAttr, type Node, onlyConsumer, producerOf, type Value } from "@pare/ir";
import { dtypeOf, type Inference } from "@pare/ops";
import { type DType, numbers, type Tensor } from "@pare/tensor";

/** The grid of one Q or DQ node. */
export interface Grid {
  readonly node: Node;
  /** Of the codes. */
  readonly type: DType | undefined;
  /** Constant, one for the whole tensor; undefined where it is computed or there are several. */
  readonly scale: number | undefined;
  readonly zeroPoint: number | undefined;
  /** The zero point is written down: some kernels take no other. */
  readonly hasZeroPoint: boolean;
  readonly axis: number;
  readonly blockSize: number;
}

const domains = new Set(["onnx", "com.microsoft"]);

export function isQuantize(node: Node | undefined): boolean {
  return node?.type === "QuantizeLinear" && domains.has(node.domain);
}

export function isDequantize(node: Node | undefined): boolean {
  return node?.type === "DequantizeLinear" && domains.has(node.domain);
}

export function gridOf(node: Node, inference: Inference): Grid {
  const codes = isQuantize(node) ? node.outputs[0] : node.inputs[0];
  const zeroPoint = node.inputs[2];
  return {
    node,
    type: codes && dtypeOf(inference.type(codes)),
    scale: scalarOf(node.inputs[1]),
    zeroPoint: zeroPoint === undefined ? 0 : scalarOf(zeroPoint),
    hasZeroPoint: zeroPoint !== undefined,
    axis: intAttr(node, "axis", 1),
    blockSize: intAttr(node, "block_size", 0),
  };
}

/**
 * Where signed activations do not run as they are, ONNX Runtime makes them unsigned: those of a Q that one DQ reads, which
 * one node reads. Where more nodes read them they stay signed, and convolutions and products of them stay float.
 */
export function asUnsigned(grid: Grid): Grid {
  if (grid.type !== "int8") return grid;
  const quantize = isQuantize(grid.node) ? grid.node : producerOf(grid.node.inputs[0]);
  const codes = isQuantize(quantize) ? quantize?.outputs[0] : undefined;
  const dequantize = codes && onlyConsumer(codes);
  const hasOneScale = isDequantize(dequantize) && scalarOf(dequantize?.inputs[1]) !== undefined;
  const isSingle = hasOneScale && dequantize?.outputs[0]?.uses.size === 1;
  return isSingle ? { ...grid, type: "uint8" } : grid;
}

/** One number for the whole tensor: shape [] or [1]. */
function scalarOf(value: Value | undefined): number | undefined {
  const tensor = constantTensor(value);
  if (tensor === undefined || tensor.shape.length > 1 || (tensor.shape[0] ?? 1) !== 1) return undefined;
  return numbers(tensor)[0];
}

/** A constant, or the output of a Constant node. */
export function constantTensor(value: Value | undefined): Tensor | undefined {
  if (value?.origin.kind === "constant") return value.origin.tensor;
  const attribute = producerOf(value)?.op === "onnx.Constant" ? producerOf(value)?.attrs.get("value") : undefined;
  return attribute?.kind === "tensor" ? attribute.tensor : undefined;
}

/** Codes mean the same on both: the runtime may hand them on as they are. */
export function sameGrid(a: Grid, b: Grid): boolean {
  const isPlain = (grid: Grid) => grid.hasZeroPoint && grid.scale !== undefined && grid.zeroPoint !== undefined;
  return isPlain(a) && isPlain(b) && a.type === b.type && a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}
