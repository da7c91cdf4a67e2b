/**
 * LSTM as ONNX Runtime's DynamicQuantizeLSTM: weights [D, 4·H, I] become codes [D, I, 4·H] with a scale for each row of
 * the gates ([D, 4·H]), or one a direction ([D]); biases, states and peepholes stay float.
 */

import { type Value, withAttrs } from "@pare/ir";
import { makeTensor, type Tensor } from "@pare/tensor";
import type { Lstm } from "./dynamic-nodes.ts";
import { type DynamicWriting, dropConstant, quantizeWeight, transposed } from "./dynamic-product.ts";

const firstParameter = 8;

export function writeLstm(writing: DynamicWriting, { node, weights, tensors }: Lstm): void {
  const { edit } = writing;
  const [w, r] = weights.map((value, i) => storedLstm(writing, value, tensors[i]!)) as [Stored, Stored];
  const inputs: (Value | undefined)[] = Array.from({ length: firstParameter }, (_, slot) => node.inputs[slot]);
  inputs[1] = w.codes;
  inputs[2] = r.codes;
  edit.setOp(node, "com.microsoft.DynamicQuantizeLSTM");
  edit.setAttrs(node, withAttrs(node.attrs, { layout: undefined }));
  edit.setInputs(node, [...inputs, w.scales, w.zeroPoints, r.scales, r.zeroPoints]);
  for (const value of weights) dropConstant(edit, value);
}

interface Stored {
  readonly codes: Value;
  readonly scales: Value;
  readonly zeroPoints: Value;
}

function storedLstm(writing: DynamicWriting, value: Value, tensor: Tensor): Stored {
  const { edit, weight: spec } = writing;
  const { granularity, ...rest } = spec;
  const [directions, rows, columns] = tensor.shape as [number, number, number];
  const flat = granularity === "channel" ? [directions * rows, columns] : [directions, rows * columns];
  // One zero point for all: the kernel takes no other.
  const quantized = quantizeWeight(writing, makeTensor(tensor.dtype, flat, tensor.source), {
    ...rest,
    symmetric: true,
    axis: 0,
  });
  const of = granularity === "channel" ? [directions, rows] : [directions];
  const constant = (what: string, shape: readonly number[], { dtype, source }: Tensor) =>
    edit.constant(`${value.name}_${what}`, makeTensor(dtype, shape, source), value.graph);
  const codes = transposed(makeTensor(quantized.codes.dtype, tensor.shape, quantized.codes.source));
  return {
    codes: edit.constant(`${value.name}_quantized`, codes, value.graph),
    scales: constant("scale", of, quantized.scales),
    zeroPoints: constant("zero_point", of, quantized.zeroPoints),
  };
}
