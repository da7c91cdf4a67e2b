/** How a weight of a few bits is written: which operator takes its codes. */
import { attr, attrsOf, type Edit, floatAttr, intAttr, type Model, type Node, type Value } from "@pare/ir";
import { type Inference, shapeOf } from "@pare/ops";
import { makeTensor, numbers, sizeBytes, type Tensor } from "@pare/tensor";
import { dequantized } from "../qdq/pairs.ts";
import { quantizeBlocks } from "../weights/block-matrix.ts";
import type { Weight } from "../weights/find-weights.ts";
import { packZeroPoints } from "../weights/pack-zero-points.ts";
import { quantizeConstant, type WeightError } from "../weights/quantize-constant.ts";
import { energyOf } from "../weights/scan.ts";

export interface WeightsForm {
  readonly bits: 4 | 8;
  /** Undefined: a scale for each output channel. */
  readonly block: number | undefined;
  readonly symmetric: boolean;
  readonly clip: "none" | "mse";
  readonly accuracyLevel: number | undefined;
}

export interface Written {
  readonly bytes: number;
  readonly error: WeightError;
  /** Σ w². */
  readonly signal: number;
}

const label = "quantize/weights";

/** The weight of a matrix product, [K, N] or [N, K], K being summed. */
export interface ProductWeight {
  readonly transposed: boolean;
  readonly rows: number;
  readonly columns: number;
}

/**
 * What a MatMul or Gemm makes of its second input; undefined where MatMulNBits cannot do the same: a batch of matrices,
 * a Gemm with factors, a transposed first input or a bias that is no vector.
 */
export function productWeight(node: Node, tensor: Tensor, types: Inference): ProductWeight | undefined {
  const { shape } = tensor;
  if (shape.slice(0, -2).some((size) => size !== 1)) return undefined;
  const [first, second] = [shape.at(-2)!, shape.at(-1)!];
  if (first * second === 0) return undefined;
  if (node.op === "onnx.MatMul") {
    const rank = shapeOf(types.type(node.inputs[0]!))?.length ?? 0;
    return rank < shape.length ? undefined : { transposed: false, rows: first, columns: second };
  }
  if (node.op !== "onnx.Gemm" || floatAttr(node, "alpha", 1) !== 1 || intAttr(node, "transA", 0) !== 0)
    return undefined;
  const transposed = intAttr(node, "transB", 0) === 1;
  const [rows, columns] = transposed ? [second, first] : [first, second];
  const bias = node.inputs[2];
  const biasShape = bias && shapeOf(types.type(bias));
  const isVector = biasShape?.length === 1 && biasShape[0] === columns && floatAttr(node, "beta", 1) === 1;
  return bias === undefined || isVector ? { transposed, rows, columns } : undefined;
}

/** Products become com.microsoft.MatMulNBits. */
export function writeMatMulNBits(
  model: Model,
  { value, tensor, uses }: Weight,
  matrix: ProductWeight,
  { block = 32, ...form }: WeightsForm,
): Written {
  const { codes, scales, zeroPoints, error, signal } = quantizeBlocks({ tensor, ...matrix }, { ...form, block });
  const attrs = attrsOf({
    K: attr.int(matrix.rows),
    N: attr.int(matrix.columns),
    bits: attr.int(form.bits),
    block_size: attr.int(block),
    accuracy_level: form.accuracyLevel === undefined ? undefined : attr.int(form.accuracyLevel),
  });
  model.graph.edit(label, (edit) => {
    const [b, s, z] = constants(edit, value, form.bits, codes, scales, zeroPoints);
    for (const { node } of uses) {
      const bias = node.op === "onnx.Gemm" ? node.inputs[2] : undefined;
      const inputs = [node.inputs[0], b, s, ...(z || bias ? [z] : []), ...(bias ? [undefined, bias] : [])];
      becomes(edit, node, "com.microsoft.MatMulNBits", inputs, attrs);
    }
    edit.removeConstant(value);
  });
  return { error, signal, bytes: bytesOf(codes, scales, zeroPoints) };
}

/** Embeddings, tables [rows, width] that are gathered by rows, become com.microsoft.GatherBlockQuantized. */
export function writeGather(
  model: Model,
  { value, tensor, uses }: Weight,
  { bits, block = 32, symmetric, clip }: WeightsForm,
): Written {
  const spec = { type: bits === 4 ? "uint4" : "uint8", symmetric, axis: 1 } as const;
  const made = quantizeConstant(tensor, spec, { block, clip, fullRange: true });
  const [rows, width] = [tensor.shape[0]!, tensor.shape[1]!];
  const codes = makeTensor("uint8", [rows, (width * bits) / 8], made.codes.source);
  const zeros = symmetric ? undefined : packZeroPoints(Uint8Array.from(numbers(made.zeroPoints)), rows, bits);
  const settings = { bits, block_size: block, gather_axis: 0, quantize_axis: 1 };
  const attrs = attrsOf(Object.fromEntries(Object.entries(settings).map(([name, each]) => [name, attr.int(each)])));
  model.graph.edit(label, (edit) => {
    const [c, s, z] = constants(edit, value, bits, codes, made.scales, zeros);
    for (const { node } of uses)
      becomes(edit, node, "com.microsoft.GatherBlockQuantized", [c, node.inputs[1], s, ...(z ? [z] : [])], attrs);
    edit.removeConstant(value);
  });
  return { error: made.error(), signal: energyOf(tensor).squares, bytes: bytesOf(codes, made.scales, zeros) };
}

/** The codes behind a DequantizeLinear, in blocks along the summed axis or with a scale for each column. */
export function writeDequantize(
  model: Model,
  { value, tensor }: Weight,
  { transposed }: ProductWeight,
  { bits, block, symmetric, clip }: WeightsForm,
): Written {
  const [summed, kept] = [transposed ? -1 : -2, transposed ? -2 : -1].map((axis) => tensor.shape.length + axis);
  const axis = block === undefined ? kept : summed;
  const type = symmetric ? (bits === 4 ? "int4" : "int8") : bits === 4 ? "uint4" : "uint8";
  const fullRange = block !== undefined;
  const { error, ...made } = quantizeConstant(tensor, { type, symmetric, axis }, { block, clip, fullRange });
  const stored = { codes: made.codes, scales: made.scales, ...(!symmetric && { zeroPoints: made.zeroPoints }) };
  model.graph.edit(label, (edit) => {
    const node = dequantized({ edit, constants: new Map() }, value, { ...stored, axis });
    if (block !== undefined) edit.setAttrs(node, new Map([...node.attrs, ["block_size", attr.int(block)]]));
    edit.replaceUses(value, node.outputs[0]!);
    edit.removeConstant(value);
  });
  return {
    error: error(),
    signal: energyOf(tensor).squares,
    bytes: bytesOf(stored.codes, stored.scales, stored.zeroPoints),
  };
}

function constants(
  edit: Edit,
  { name, graph }: Value,
  bits: number,
  codes: Tensor,
  scales: Tensor,
  zeroPoints: Tensor | undefined,
): readonly [Value, Value, Value | undefined] {
  return [
    edit.constant(`${name}_uint${bits}`, codes, graph),
    edit.constant(`${name}_scale`, scales, graph),
    zeroPoints && edit.constant(`${name}_zero_point`, zeroPoints, graph),
  ];
}

function becomes(
  edit: Edit,
  node: Node,
  op: string,
  inputs: readonly (Value | undefined)[],
  attrs: ReturnType<typeof attrsOf>,
): void {
  edit.setOp(node, op);
  edit.setAttrs(node, attrs);
  edit.setInputs(node, inputs);
}

function bytesOf(...tensors: readonly (Tensor | undefined)[]): number {
  return tensors.reduce((sum, tensor) => sum + (tensor === undefined ? 0 : sizeBytes(tensor)), 0);
}
