import { type Edit, type Model, type Node, producerOf, type Value } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { PassData, Tensors, Tools } from "@pare/pass";
import { byteSize, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { type Layer, quantizedLayers } from "./layers.ts";
import { measureShifts } from "./shifts.ts";

export interface BiasCorrection {
  /** Samples that the means are taken over, at most; default 128. Fewer where their activations need too much memory. */
  readonly samples?: number;
}

/** What the activations of one batch may take. */
const batchBytes = 256 * 1024 * 1024;

/**
 * Moves the biases of a quantized model so that the mean of every channel is again what it is in `original`: the model
 * just before quantization, whose layers have the same output names. Gives the outputs of the corrected layers.
 */
export async function correctBiases(
  model: Model,
  original: Model,
  tools: Tools & { readonly data: PassData },
  { samples = 128 }: BiasCorrection = {},
): Promise<readonly string[]> {
  const layers = quantizedLayers(model).filter(({ output }) => original.graph.value(output.name) !== undefined);
  if (layers.length === 0) return [];
  const count = Math.max(1, Math.min(samples, Math.floor(batchBytes / (3 * largestSampleBytes(original)))));
  const batch = await firstOf(tools.data.batches({ batch: count, samples: count }));
  const shifts = await measureShifts(model, original, layers, batch, tools);
  return model.graph.edit("quantize/correct-biases", (edit) =>
    layers.flatMap((layer) => {
      const shift = shifts.get(layer.output.name);
      return shift !== undefined && shiftBias(edit, layer, shift) ? [layer.output.name] : [];
    }),
  );
}

async function firstOf(batches: AsyncIterable<Tensors>): Promise<Tensors> {
  for await (const batch of batches) return batch;
  return new Map();
}

/** Bytes of the largest value for one sample; free sizes count as 1. */
function largestSampleBytes(model: Model): number {
  const { type } = inferTypes(model);
  let most = 1;
  for (const value of model.graph.values) {
    const shape = value.origin.kind === "constant" ? undefined : shapeOf(type(value));
    const elements = shape?.reduce<number>((product, size) => product * (typeof size === "number" ? size : 1), 1);
    most = Math.max(most, byteSize("float32", elements ?? 1) ?? 1);
  }
  return most;
}

/** Whether there was a bias to move, or one could be added. */
function shiftBias(edit: Edit, { node, output, bias }: Layer, shift: Float64Array): boolean {
  if (bias.value !== undefined) return shiftValue(edit, bias.value, bias.kind === "add" ? bias.node : node, shift);
  const scale = biasScale(node);
  const name = `${output.name}_bias`;
  const made =
    scale === undefined
      ? edit.constant(name, tensorOf("float32", [shift.length], shift))
      : integerBias(edit, name, shift, scale);
  edit.setInputs(node, [node.inputs[0], node.inputs[1], made]);
  return true;
}

/** Another node may use the same bias, so the moved one is a constant of its own. */
function shiftValue(edit: Edit, value: Value, user: Node, shift: Float64Array): boolean {
  const moved = movedConstant(edit, value, shift);
  if (moved === undefined) return false;
  edit.replaceUses(value, moved, (use) => use.kind === "input" && use.node === user);
  if (value.uses.size === 0) drop(edit, value);
  return true;
}

function movedConstant(edit: Edit, value: Value, shift: Float64Array): Value | undefined {
  if (value.origin.kind === "constant") {
    const moved = movedBy(value.origin.tensor, (i) => shift[i]!);
    return moved && edit.constant(value.name, moved, value.graph);
  }
  const decode = producerOf(value);
  const [codes, scale] = decode?.inputs ?? [];
  if (decode?.op !== "onnx.DequantizeLinear" || codes?.origin.kind !== "constant") return undefined;
  if (scale?.origin.kind !== "constant") return undefined;
  const scales = numbers(scale.origin.tensor);
  const moved = movedBy(codes.origin.tensor, (i) => Math.round(shift[i]! / scales[Math.min(i, scales.length - 1)]!));
  if (moved === undefined) return undefined;
  const constant = edit.constant(codes.name, moved, codes.graph);
  const spec = { name: decode.name, outputs: [value.name], attrs: decode.attrs, graph: decode.graph };
  return edit.node("onnx.DequantizeLinear", [constant, ...decode.inputs.slice(1)], spec).outputs[0]!;
}

/** Only a bias with one element a channel can be moved. */
function movedBy(tensor: Tensor, shiftOf: (i: number) => number): Tensor | undefined {
  const { dtype, shape } = tensor;
  if (shape.length !== 1 || (dtype !== "int32" && dtype !== "float32")) return undefined;
  const limit = dtype === "int32" ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY;
  const moved = numbers(tensor).map((b, i) => Math.min(Math.max(b + shiftOf(i), -limit), limit));
  return tensorOf(dtype, shape, moved);
}

/** Scale of the data · scale of the weight, where both come from integers. */
function biasScale({ inputs }: Node): Float64Array | undefined {
  const [data, weight] = inputs.slice(0, 2).map((input) => {
    const node = producerOf(input);
    const scale = node?.op === "onnx.DequantizeLinear" ? node.inputs[1] : undefined;
    return scale?.origin.kind === "constant" ? numbers(scale.origin.tensor) : undefined;
  });
  return data === undefined || weight === undefined ? undefined : weight.map((scale) => scale * data[0]!);
}

function integerBias(edit: Edit, name: string, shift: Float64Array, scale: Float64Array): Value {
  const scales = Float32Array.from(shift, (_, i) => scale[Math.min(i, scale.length - 1)]!);
  const codes = shift.map((b, i) => Math.round(b / scales[i]!));
  const inputs = [
    edit.constant(`${name}_quantized`, tensorOf("int32", [shift.length], codes)),
    edit.constant(`${name}_scale`, tensorOf("float32", [shift.length], scales)),
  ];
  return edit.node("onnx.DequantizeLinear", inputs, { name: `${name}_dequantize`, outputs: [name] }).outputs[0]!;
}

function drop(edit: Edit, value: Value): void {
  if (value.origin.kind === "constant") edit.removeConstant(value);
  const node = producerOf(value);
  if (node === undefined) return;
  const inputs = node.inputs;
  edit.remove(node);
  for (const input of inputs)
    if (input?.origin.kind === "constant" && input.uses.size === 0) edit.removeConstant(input);
}
