/** Products whose weights are integers, with the place where a bias is or can be. */
import { consumersOf, floatAttr, isGraphOutput, type Model, type Node, producerOf, type Value } from "@pare/ir";
import { specOf } from "@pare/ops";

export interface Layer {
  readonly node: Node;
  readonly weight: Value;
  /** What it gives, bias included, before any activation. */
  readonly output: Value;
  /** The axis of the output that the bias runs along: 1 of [N,C,…], else the last. */
  readonly axis: "channels" | "last";
  readonly bias: BiasPlace;
}

export interface BiasPlace {
  /** The layer itself, or the Add behind it. */
  readonly node: Node;
  readonly slot: number;
  /** Undefined: there is none yet. */
  readonly value: Value | undefined;
  /** What the node multiplies it by: a Gemm's beta. */
  readonly factor: number;
}

/** In graph order. Layers whose weights are plain float, products of two activations, and those without a place, are none. */
export function quantizedLayers(model: Model): readonly Layer[] {
  return [...model.graph.nodes].flatMap((node) => layerOf(node) ?? []);
}

const convolutions = new Set(["onnx.Conv", "onnx.ConvTranspose"]);

function layerOf(node: Node): Layer | undefined {
  const roles = specOf(node.op)?.roles?.(node) ?? [];
  const [weightSlot, biasSlot] = [roles.indexOf("weight"), roles.indexOf("bias")];
  const weight = node.inputs[weightSlot];
  const [output] = node.outputs;
  if (weight === undefined || output === undefined || !isQuantized(node, weight)) return undefined;
  if (convolutions.has(node.op) || node.op === "onnx.Gemm") {
    const factor = node.op === "onnx.Gemm" ? floatAttr(node, "beta", 1) : 1;
    if (factor === 0) return undefined;
    const bias = { node, slot: biasSlot, value: node.inputs[biasSlot], factor };
    return { node, weight, output, axis: convolutions.has(node.op) ? "channels" : "last", bias };
  }
  const bias = products.has(node.op) ? addBehind(output) : undefined;
  return bias && { node, weight, output: bias.node.outputs[0]!, axis: "last", bias };
}

const products = new Set(["onnx.MatMul", "onnx.MatMulInteger", "com.microsoft.MatMulNBits"]);

/** Integers of its own, or a constant that was stored as integers: behind DequantizeLinear, or behind Cast and Mul. */
function isQuantized(node: Node, weight: Value): boolean {
  if (node.op === "onnx.MatMulInteger" || node.op === "com.microsoft.MatMulNBits") return isFixed(weight);
  const decode = producerOf(weight);
  if (decode?.op === "onnx.DequantizeLinear") return isFixed(decode.inputs[0]);
  if (decode?.op !== "onnx.Mul") return false;
  return decode.inputs.some((input) => producerOf(input)?.op === "onnx.Cast" && isFixed(producerOf(input)?.inputs[0]));
}

/** A constant, or a float constant behind QuantizeLinear. */
function isFixed(value: Value | undefined): boolean {
  if (value?.origin.kind === "constant") return true;
  const node = producerOf(value);
  return node?.op === "onnx.QuantizeLinear" && node.inputs[0]?.origin.kind === "constant";
}

/** What may stand between an integer product and the Add of its bias. */
const between = new Set(["onnx.Cast", "onnx.Mul", "onnx.QuantizeLinear", "onnx.DequantizeLinear"]);

function addBehind(output: Value): BiasPlace | undefined {
  let value = output;
  for (;;) {
    const [node, ...others] = consumersOf(value);
    if (node === undefined || others.length > 0 || isGraphOutput(value)) return undefined;
    if (node.op === "onnx.Add") return addend(node, value);
    if (!between.has(node.op)) return undefined;
    value = node.outputs[0]!;
  }
}

function addend(node: Node, data: Value): BiasPlace | undefined {
  const slot = node.inputs[0] === data ? 1 : 0;
  const value = node.inputs[slot];
  if (value === undefined || value === data) return undefined;
  const isKnown =
    value.origin.kind === "constant" ||
    (producerOf(value)?.op === "onnx.DequantizeLinear" && producerOf(value)?.inputs[0]?.origin.kind === "constant");
  return isKnown ? { node, slot, value, factor: 1 } : undefined;
}

/** A layer with the value of the model before quantization that its output stands for. */
export interface MatchedLayer extends Layer {
  readonly reference: Value;
}

/** What a value passes without its channels moving: quantization puts these around a layer to give it another rank. */
const passing = new Set(
  ["QuantizeLinear", "DequantizeLinear", "Reshape", "Squeeze", "Unsqueeze"].map((op) => `onnx.${op}`),
);

/** Layers are matched by name: by that of their output, or of what is the same in another shape behind it. */
export function matchedLayers(model: Model, original: Model): readonly MatchedLayer[] {
  return quantizedLayers(model).flatMap((layer) => {
    for (let value: Value | undefined = layer.output; value !== undefined; ) {
      const reference = original.graph.value(value.name);
      if (reference?.origin.kind === "output") return [{ ...layer, reference }];
      const [next, ...others]: readonly Node[] = consumersOf(value);
      value = next !== undefined && others.length === 0 && passing.has(next.op) ? next.outputs[0] : undefined;
    }
    return [];
  });
}

/** The axis of the layer's output, of this rank, that its channels are on. */
export function channelAxis({ axis }: Layer, rank: number): number {
  return axis === "channels" ? 1 : rank - 1;
}

/** How notes name a node: by its name, else by its first output. */
export function nameOf({ name, outputs, type }: Node): string {
  return name !== "" ? name : (outputs.find((output) => output.name !== "")?.name ?? type);
}
