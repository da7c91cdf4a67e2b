import { intAttr, type Node } from "@pare/ir";
import { dtypeOf, dtypeOfCode } from "@pare/ops";
import { type DType, dtypes } from "@pare/tensor";
import { type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";

/** To the nearest integer, ties to the even one. */
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** Codes' type: the zero point's, else what the attribute says, else uint8. */
function codesType(node: Node): DType {
  const zeroPoint = node.inputs[2];
  const ofZeroPoint = zeroPoint?.origin.kind === "constant" ? zeroPoint.origin.tensor.dtype : dtypeOf(zeroPoint?.type);
  return ofZeroPoint ?? dtypeOfCode(intAttr(node, "output_dtype", 0)) ?? "uint8";
}

function rangeOf(dtype: DType): readonly [number, number] {
  const bits = dtypes[dtype].bits!;
  return dtypes[dtype].kind === "uint" ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** Each element with its scale and zero point: one for all, one along an axis, or one for each block of an axis. */
function withParameters(
  context: KernelContext,
  apply: (x: number, scale: number, zero: number) => number,
): NumberArray {
  const { node, input, inputs } = context;
  const { shape, data } = input(0);
  const scale = input(1);
  const given = intAttr(node, "axis", 1);
  const axis = given < 0 ? given + shape.length : given;
  const block = intAttr(node, "block_size", 0);
  const strides = stridesOf(scale.shape);
  const indexOf = (at: readonly number[]) => {
    if (block > 0) return offsetOf(at.with(axis, Math.floor(at[axis]! / block)), strides);
    return scale.data.length === 1 ? 0 : at[axis]!;
  };
  const result = new Float64Array(data.length);
  let i = 0;
  for (const at of places(shape)) {
    const index = indexOf(at);
    result[i] = apply(data[i]!, scale.data[index]!, inputs[2]?.data[index] ?? 0);
    i++;
  }
  return { shape, data: result };
}

const quantize: Kernel = (context) => {
  const [lowest, highest] = rangeOf(codesType(context.node));
  return [
    withParameters(context, (x, scale, zero) => Math.min(Math.max(roundHalfEven(x / scale) + zero, lowest), highest)),
  ];
};

const dequantize: Kernel = (context) => [withParameters(context, (code, scale, zero) => (code - zero) * scale)];

export const quantizers: Kernels = {
  "onnx.QuantizeLinear": quantize,
  "onnx.DequantizeLinear": dequantize,
  "com.microsoft.QuantizeLinear": quantize,
  "com.microsoft.DequantizeLinear": dequantize,
};
