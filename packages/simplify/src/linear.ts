/**
 * Operators that multiply by constant weights: where their channels are, and where a bias goes. A factor or an offset of
 * every output channel, or of every input channel, can move into the weights and the bias.
 */
import { type Edit, floatAttr, intAttr, intsAttr, type Node, stringAttr, type Value, withAttrs } from "@pare/ir";
import { elementCount, numbers, type Tensor } from "@pare/tensor";
import { type ChannelLayout, channelCount, floatTensor } from "./channels.ts";
import type { Scene } from "./scene.ts";

export interface Linear {
  readonly node: Node;
  readonly weight: Value;
  readonly tensor: Tensor;
  readonly output: ChannelLayout;
  readonly input: ChannelLayout;
  /** The axis of the output that its output channels are on, and that of the input. */
  readonly outputAxis: number;
  readonly inputAxis: number;
  /** Whether all it reads of its input is real: no padding, which an offset of the input would not reach. */
  readonly unpadded: boolean;
}

/** Rounding a folded weight costs half a step of its type: half precision has none to spare. */
const foldable = new Set(["float32", "float64"]);

export function linearOf(node: Node | undefined, scene: Scene): Linear | undefined {
  const weight = node?.inputs[1];
  const tensor = weight?.origin.kind === "constant" ? weight.origin.tensor : undefined;
  if (node === undefined || weight === undefined || tensor === undefined || !foldable.has(tensor.dtype))
    return undefined;
  if (tensor.shape.some((size) => size === 0)) return undefined;
  const layouts = layoutsOf(node, tensor, scene);
  return layouts && { node, weight, tensor, ...layouts };
}

type Layouts = Omit<Linear, "node" | "weight" | "tensor">;

function layoutsOf(node: Node, { shape }: Tensor, scene: Scene): Layouts | undefined {
  if (node.op === "onnx.Conv" || node.op === "onnx.ConvTranspose") return convolutionLayouts(node, shape);
  const rank = scene.rank(node.inputs[0]);
  if (shape.length < 2 || rank === undefined) return undefined;
  const [rows, columns] = shape.slice(-2) as [number, number];
  const between = elementCount(shape.slice(0, -2));
  const last = { major: 1, between: between * rows, minor: columns, inner: 1 };
  const first = { major: 1, between, minor: rows, inner: columns };
  if (node.op === "onnx.Gemm") {
    const transposed = intAttr(node, "transB", 0) === 1;
    const inputAxis = intAttr(node, "transA", 0) === 1 ? 0 : 1;
    const [output, input] = transposed ? [first, last] : [last, first];
    return { output, input, outputAxis: 1, inputAxis, unpadded: true };
  }
  if (node.op !== "onnx.MatMul" || rank < 2) return undefined;
  const outputAxis = Math.max(rank, shape.length) - 1;
  return { output: last, input: first, outputAxis, inputAxis: rank - 1, unpadded: true };
}

function convolutionLayouts(node: Node, shape: readonly number[]): Layouts | undefined {
  if (shape.length < 3) return undefined;
  const groups = intAttr(node, "group", 1);
  const [first, second] = shape as [number, number];
  if (groups < 1 || first % groups !== 0) return undefined;
  const inner = elementCount(shape.slice(2));
  const whole = { major: 1, between: 1, minor: first, inner: second * inner };
  const grouped = { major: groups, between: first / groups, minor: second, inner };
  const isConv = node.op === "onnx.Conv";
  const padded =
    (intsAttr(node, "pads") ?? []).some((pad) => pad !== 0) ||
    stringAttr(node, "auto_pad", "NOTSET").startsWith("SAME");
  const [output, input] = isConv ? [whole, grouped] : [grouped, whole];
  return { output, input, outputAxis: 1, inputAxis: 1, unpadded: isConv && !padded };
}

/** The bias by output channel; undefined where it is computed, or has another shape than one number a channel. */
export function biasOf(linear: Linear, scene: Scene): Float64Array | undefined {
  const channels = channelCount(linear.output);
  const value = linear.node.op === "onnx.MatMul" ? undefined : linear.node.inputs[2];
  if (value === undefined) return new Float64Array(channels);
  const tensor = scene.constant(value);
  if (tensor === undefined) return undefined;
  const { shape } = tensor;
  const isRow = shape.length <= 2 && (shape.length < 2 || shape[0] === 1);
  const count = elementCount(shape);
  if (!isRow || (count !== channels && count !== 1)) return undefined;
  const elements = numbers(tensor);
  const beta = linear.node.op === "onnx.Gemm" ? floatAttr(linear.node, "beta", 1) : 1;
  return Float64Array.from({ length: channels }, (_, i) => beta * elements[count === 1 ? 0 : i]!);
}

export function canHaveBias(linear: Linear, scene: Scene): boolean {
  return linear.node.op !== "onnx.MatMul" || canBeGemm(linear.node, scene);
}

/** A product of two matrices, in an operator set whose Gemm broadcasts its bias. */
export function canBeGemm(node: Node, scene: Scene): boolean {
  return scene.rank(node.inputs[0]) === 2 && scene.rank(node.inputs[1]) === 2 && scene.opset(node) >= 7;
}

/** What folding changes: other weights, another bias, or both. */
export interface Refit {
  readonly weights?: (() => Tensor) | undefined;
  readonly bias?: Float64Array | undefined;
}

/** Parameter bytes that `refit` adds. */
export function bytesAdded(linear: Linear, { weights, bias }: Refit, scene: Scene): number {
  const copied = weights !== undefined && linear.weight.uses.size > 1 ? linear.tensor.source.size : 0;
  if (bias === undefined) return copied;
  const old = linear.node.inputs[2];
  const size = (bias.length * linear.tensor.source.size) / elementCount(linear.tensor.shape);
  const replaced = old !== undefined && old.uses.size === 1 ? (scene.constant(old)?.source.size ?? 0) : 0;
  return copied + size - replaced;
}

/** A MatMul with a bias becomes a Gemm. */
export function refit(edit: Edit, linear: Linear, { weights, bias }: Refit, scene: Scene): void {
  const { node, weight } = linear;
  const inputs = [...node.inputs];
  if (weights !== undefined) inputs[1] = replaced(edit, weight, weights(), scene);
  if (bias !== undefined) {
    const tensor = floatTensor(linear.tensor.dtype, [bias.length], bias);
    const old = inputs[2];
    inputs[2] =
      old === undefined
        ? scene.constantOf(edit, `${node.outputs[0]!.name}_bias`, tensor)
        : replaced(edit, old, tensor, scene);
    if (node.op === "onnx.MatMul") edit.setOp(node, "onnx.Gemm");
    if (node.op === "onnx.Gemm") edit.setAttrs(node, withAttrs(node.attrs, { beta: undefined }));
  }
  edit.setInputs(node, inputs);
}

/** The constant with other data; a new one beside it where others read it too. */
export function replaced(edit: Edit, value: Value, tensor: Tensor, scene: Scene): Value {
  if (value.uses.size > 1 || value.origin.kind !== "constant") return scene.constantOf(edit, value.name, tensor);
  scene.ledger.freed(value.origin.tensor);
  scene.ledger.spent(tensor);
  edit.setConstant(value, tensor);
  return value;
}
