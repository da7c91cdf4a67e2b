/** Convolutions and matrix products whose weights have been quantized, with the place where a bias is or can be. */
import { consumersOf, intAttr, isGraphOutput, type Model, type Node, producerOf, type Value } from "@pare/ir";

export interface Layer {
  readonly node: Node;
  /** What it gives, before anything behind it. */
  readonly output: Value;
  /** The axis of the output that the bias runs along: 1 of [N,C,…], else the last. */
  readonly axis: "channels" | "last";
  readonly bias: BiasPlace;
}

export type BiasPlace =
  /** An input of the layer's own; `value` undefined: there is none yet. */
  | { readonly kind: "input"; readonly slot: number; readonly value: Value | undefined }
  /** The constant of an Add behind it. */
  | { readonly kind: "add"; readonly node: Node; readonly slot: number; readonly value: Value };

/** In graph order. Layers whose weights are plain float, and products of two activations, are none. */
export function quantizedLayers(model: Model): readonly Layer[] {
  return [...model.graph.nodes].flatMap((node) => layerOf(node) ?? []);
}

function layerOf(node: Node): Layer | undefined {
  const [data, weight, bias] = node.inputs;
  const [output] = node.outputs;
  if (data === undefined || weight === undefined || output === undefined) return undefined;
  if (!isDecoded(weight)) return undefined;
  switch (node.op) {
    case "onnx.Conv":
    case "onnx.ConvTranspose":
      return { node, output, axis: "channels", bias: { kind: "input", slot: 2, value: bias } };
    case "onnx.Gemm":
      return { node, output, axis: "last", bias: { kind: "input", slot: 2, value: bias } };
    case "onnx.MatMul": {
      const place = addBehind(output);
      return place && { node, output, axis: "last", bias: place };
    }
    default:
      return undefined;
  }
}

/** A constant that was stored as integers: behind DequantizeLinear, or behind Cast and Mul. */
function isDecoded(value: Value): boolean {
  const node = producerOf(value);
  if (node?.op === "onnx.DequantizeLinear") return isFixed(node.inputs[0]);
  if (node?.op === "onnx.Mul")
    return node.inputs.some((input) => producerOf(input)?.op === "onnx.Cast" && isFixed(producerOf(input)?.inputs[0]));
  return false;
}

/** A constant, or a float constant behind QuantizeLinear. */
function isFixed(value: Value | undefined): boolean {
  if (value?.origin.kind === "constant") return true;
  const node = producerOf(value);
  return node?.op === "onnx.QuantizeLinear" && node.inputs[0]?.origin.kind === "constant";
}

function addBehind(output: Value): BiasPlace | undefined {
  const [add, ...others] = consumersOf(output);
  if (add?.op !== "onnx.Add" || others.length > 0 || isGraphOutput(output)) return undefined;
  const slot = add.inputs[0] === output ? 1 : 0;
  const value = add.inputs[slot];
  const isVector = value?.origin.kind === "constant" && value.origin.tensor.shape.length === 1;
  return isVector ? { kind: "add", node: add, slot, value } : undefined;
}

/** Elements of the layer's output along its bias axis, from the shape of its weight; undefined where unknown. */
export function channelsOf({ node }: Layer, weightShape: readonly number[]): number | undefined {
  switch (node.op) {
    case "onnx.Conv":
      return weightShape[0];
    case "onnx.ConvTranspose":
      return weightShape[1] === undefined ? undefined : weightShape[1] * intAttr(node, "group", 1);
    case "onnx.Gemm":
      return weightShape[intAttr(node, "transB", 0) === 1 ? 0 : 1];
    default:
      return weightShape.at(-1);
  }
}

/** How notes name a node: by its name, else by its first output. */
export function nameOf({ name, outputs, type }: Node): string {
  return name !== "" ? name : (outputs.find((output) => output.name !== "")?.name ?? type);
}
