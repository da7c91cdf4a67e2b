/** Adds to the bias of a quantized layer, in whatever form it is stored. */
import { attr, attrsOf, type Edit, type Node, producerOf, type Value } from "@pare/ir";
import { isFloat, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { affineOf, codeRange, quantizeNumber, quantTypes } from "../affine.ts";
import type { QuantType } from "../contract.ts";
import type { Layer } from "./layers.ts";

/** False where the bias has another shape than one number a channel, or one for all, or is computed. */
export function moveBias(edit: Edit, { node, output, bias }: Layer, wanted: Float64Array): boolean {
  const shift = wanted.map((each) => each / bias.factor);
  if (bias.value === undefined) {
    edit.setInputs(node, withInput(node, bias.slot, newBias(edit, node, output.name, shift)));
    return true;
  }
  const moved = movedConstant(edit, bias.value, shift);
  if (moved === undefined) return false;
  const { value } = bias;
  if (moved === value) return true;
  edit.replaceUses(value, moved, (use) => use.kind === "input" && use.node === bias.node && use.slot === bias.slot);
  if (value.uses.size === 0) drop(edit, value);
  return true;
}

function withInput({ inputs }: Node, slot: number, value: Value): readonly (Value | undefined)[] {
  return Array.from({ length: Math.max(inputs.length, slot + 1) }, (_, i) => (i === slot ? value : inputs[i]));
}

/** int32 at the product of the scales where data and weight are integers, as kernels want it; else float. */
function newBias(edit: Edit, node: Node, name: string, shift: Float64Array): Value {
  const scales = productOfScales(node);
  const label = `${name}_bias`;
  if (scales === undefined) return edit.constant(label, tensorOf(floatType(node), [shift.length], shift));
  const isPerTensor = scales.length === 1;
  const each = Float32Array.from(scales);
  const codes = toInt32(shift.map((b, i) => b / each[isPerTensor ? 0 : i]!));
  const inputs = [
    edit.constant(`${label}_q`, tensorOf("int32", [shift.length], codes)),
    edit.constant(`${label}_scale`, tensorOf("float32", isPerTensor ? [] : [each.length], each)),
  ];
  const attrs = attrsOf({ axis: isPerTensor ? undefined : attr.int(0) });
  const spec = { name: `${label}_dq`, outputs: [label], attrs };
  return edit.node("onnx.DequantizeLinear", inputs, spec).outputs[0]!;
}

function floatType({ inputs }: Node) {
  const dtype = inputs[1]?.type?.kind === "tensor" ? inputs[1].type.dtype : undefined;
  return dtype !== undefined && isFloat(dtype) ? dtype : "float32";
}

function productOfScales({ inputs }: Node): Float64Array | undefined {
  const [data, weight] = inputs.slice(0, 2).map((input) => {
    const scale = decodeOf(input)?.inputs[1];
    return scale?.origin.kind === "constant" ? numbers(scale.origin.tensor) : undefined;
  });
  return data === undefined || weight === undefined ? undefined : weight.map((scale) => scale * data[0]!);
}

function decodeOf(value: Value | undefined): Node | undefined {
  const node = producerOf(value);
  return node?.op === "onnx.DequantizeLinear" ? node : undefined;
}

const toInt32 = (codes: Float64Array) =>
  codes.map((code) => Math.min(Math.max(Math.round(code), -(2 ** 31)), 2 ** 31 - 1));

/** In place where nothing else reads the bias; else the moved one is a constant of its own. */
function movedConstant(edit: Edit, value: Value, shift: Float64Array): Value | undefined {
  if (value.origin.kind === "constant") {
    const { tensor } = value.origin;
    const moved = isFloat(tensor.dtype) ? sumWith(tensor, numbers(tensor), shift) : undefined;
    return moved && changed(edit, value, tensorOf(tensor.dtype, moved.shape, moved.values));
  }
  const decode = decodeOf(value);
  const [codes, scale, zeroPoint] = decode?.inputs ?? [];
  if (decode === undefined || codes?.origin.kind !== "constant" || scale?.origin.kind !== "constant") return undefined;
  const scales = numbers(scale.origin.tensor);
  const zero = zeroPoint?.origin.kind === "constant" ? numbers(zeroPoint.origin.tensor) : undefined;
  const at = (list: Float64Array, i: number) => list[Math.min(i, list.length - 1)]!;
  const old = numbers(codes.origin.tensor).map((code, i) => (code - (zero ? at(zero, i) : 0)) * at(scales, i));
  const moved = sumWith(codes.origin.tensor, old, shift);
  if (moved === undefined) return undefined;
  const stored = encoded(codes.origin.tensor, moved, scales, zero);
  return stored && decodedAgain(edit, { value, decode, codes, scale }, stored);
}

/** [C], or [1,C], or one element that becomes [C]. */
function sumWith({ shape }: Tensor, old: Float64Array, shift: Float64Array) {
  const isRow = shape.slice(0, -1).every((size) => size === 1);
  if (!isRow || (old.length !== shift.length && old.length !== 1)) return undefined;
  const values = shift.map((each, i) => each + old[old.length === 1 ? 0 : i]!);
  return { shape: [...shape.slice(0, -1), shift.length], values };
}

interface Stored {
  readonly codes: Tensor;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor | undefined;
}

/** int32 keeps its scales, which kernels fix; a constant of 8 or 16 bits is given a grid that reaches its new ends. */
function encoded(
  { dtype }: Tensor,
  { shape, values }: { readonly shape: readonly number[]; readonly values: Float64Array },
  scales: Float64Array,
  zero: Float64Array | undefined,
): Stored | undefined {
  if (dtype === "int32") {
    const each = values.map((_, i) => scales[Math.min(i, scales.length - 1)]!);
    const codes = tensorOf(dtype, shape, toInt32(values.map((value, i) => value / each[i]!)));
    const scale = tensorOf("float32", scales.length === 1 ? [] : [each.length], scales.length === 1 ? scales : each);
    return { codes, scale, zeroPoint: undefined };
  }
  if (!isCodeType(dtype) || scales.length !== 1) return undefined;
  const symmetric = quantTypes[dtype].signed && (zero?.every((each) => each === 0) ?? true);
  const range = { min: Math.min(...values), max: Math.max(...values) };
  const grid = affineOf(range, dtype, { symmetric });
  const codes = values.map((value) => quantizeNumber(value, grid, codeRange(dtype, { symmetric })));
  return {
    codes: tensorOf(dtype, shape, codes),
    scale: tensorOf("float32", [], [grid.scale]),
    zeroPoint: tensorOf(dtype, [], [grid.zeroPoint]),
  };
}

function isCodeType(dtype: string): dtype is QuantType {
  return dtype === "int8" || dtype === "uint8" || dtype === "int16" || dtype === "uint16";
}

interface Decoded {
  readonly value: Value;
  readonly decode: Node;
  readonly codes: Value;
  readonly scale: Value;
}

function decodedAgain(edit: Edit, old: Decoded, { codes, scale, zeroPoint }: Stored): Value {
  const { value, decode, codes: oldCodes, scale: oldScale } = old;
  const { graph } = value;
  const isOwn = value.uses.size === 1 && oldCodes.uses.size === 1;
  const keepsScale = zeroPoint === undefined && shapeOf(oldScale)?.length === scale.shape.length;
  if (isOwn && keepsScale) {
    edit.setConstant(oldCodes, codes);
    return value;
  }
  const inputs = [
    edit.constant(oldCodes.name, codes, graph),
    keepsScale ? oldScale : edit.constant(oldScale.name, scale, graph),
    ...(zeroPoint === undefined
      ? decode.inputs.slice(2)
      : [edit.constant(`${oldCodes.name}_zero_point`, zeroPoint, graph)]),
  ];
  const spec = { name: decode.name, outputs: [value.name], attrs: decode.attrs, graph };
  return edit.node("onnx.DequantizeLinear", inputs, spec).outputs[0]!;
}

function shapeOf({ origin }: Value): readonly number[] | undefined {
  return origin.kind === "constant" ? origin.tensor.shape : undefined;
}

function changed(edit: Edit, value: Value, tensor: Tensor): Value {
  if (value.uses.size > 1) return edit.constant(value.name, tensor, value.graph);
  edit.setConstant(value, tensor);
  return value;
}

function drop(edit: Edit, value: Value): void {
  if (value.origin.kind === "constant") {
    edit.removeConstant(value);
    return;
  }
  const node = producerOf(value);
  if (node === undefined) return;
  const { inputs } = node;
  edit.remove(node);
  for (const input of inputs)
    if (input?.origin.kind === "constant" && input.uses.size === 0) edit.removeConstant(input);
}
