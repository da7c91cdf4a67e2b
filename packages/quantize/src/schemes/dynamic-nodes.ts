/** Which nodes can be quantized dynamically, and why the others are not. */
import { floatAttr, graphsWithin, intAttr, type Model, type Node, producerOf, type Value } from "@pare/ir";
import { constantOfNode } from "@pare/ops";
import { isFloat, type Tensor } from "@pare/tensor";
import type { Target } from "../targets/target.ts";

/** A product of activations and a constant matrix: alpha · x·w + beta · bias. */
export interface Product {
  readonly kind: "product";
  readonly node: Node;
  readonly data: Value;
  readonly weight: Value;
  /** [K, N], or [N, K] where `isTransposed`. */
  readonly tensor: Tensor;
  readonly isTransposed: boolean;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: Value | undefined;
}

/** Weights [D, 4·H, I] and [D, 4·H, H]. */
export interface Lstm {
  readonly kind: "lstm";
  readonly node: Node;
  readonly weights: readonly [Value, Value];
  readonly tensors: readonly [Tensor, Tensor];
}

export interface DynamicRules {
  readonly target: Target;
  /** The least rows and columns of a weight. */
  readonly least: number;
  /** The reason for a node that must stay float. */
  readonly keepFloat: (node: Node) => string | undefined;
}

/** What becomes of a node: quantized, float for a reason, or undefined where there is nothing to quantize. */
export function dynamicForm(node: Node, rules: DynamicRules): Product | Lstm | string | undefined {
  const reason = otherReason(node);
  if (reason !== undefined) return reason;
  const form = formOf(node, rules);
  if (form === undefined || typeof form === "string") return form;
  return targetReason(rules.target) ?? rules.keepFloat(node) ?? form;
}

/** Every node of the main graph and its subgraphs, as a list: rewrites add others. */
export function nodesOf(model: Model): readonly Node[] {
  return [...graphsWithin(model.graph)].flatMap((graph) => [...graph.nodes]);
}

/** The constant behind a value: an initializer, or what a Constant node gives. */
export function constantBehind(value: Value | undefined): Tensor | undefined {
  if (value?.origin.kind === "constant") return value.origin.tensor;
  const producer = producerOf(value);
  return producer?.op === "onnx.Constant" ? constantOfNode(producer) : undefined;
}

function targetReason({ runtime, device, name }: Target): string | undefined {
  if (runtime === "onnxruntime" && device === "cpu") return undefined;
  return `${name} has no integer kernels for inputs that are quantized at run time`;
}

const convolutions = new Set(["onnx.Conv", "onnx.ConvTranspose"]);

/** Weights of operators that stay float wherever they are. */
function otherReason(node: Node): string | undefined {
  const { op, type } = node;
  if (convolutions.has(op)) return "convolutions: dynamically quantized they are slower than float";
  if (op === "onnx.GRU" || op === "onnx.RNN")
    return `${type}: ONNX Runtime has no dynamically quantized kernel; quantize/storage makes its weights smaller`;
  const table = op === "onnx.Gather" ? constantBehind(node.inputs[0]) : undefined;
  if (table !== undefined && isFloat(table.dtype) && table.shape.length > 1)
    return "embeddings: they are looked up, nothing is computed; quantize/storage makes them smaller";
  return undefined;
}

function formOf(node: Node, rules: DynamicRules): Product | Lstm | string | undefined {
  if (node.op === "onnx.MatMul") return matMulForm(node, rules);
  if (node.op === "onnx.Gemm") return gemmForm(node, rules);
  return node.op === "onnx.LSTM" ? lstmForm(node, rules) : undefined;
}

function matMulForm(node: Node, { least }: DynamicRules): Product | string {
  const [data, weight] = node.inputs;
  const tensor = constantBehind(weight);
  if (data === undefined || weight === undefined || tensor === undefined) return noWeight(node);
  return (
    weightReason(tensor, least) ??
    ({ kind: "product", node, data, weight, tensor, isTransposed: false, alpha: 1, beta: 1, bias: undefined } as const)
  );
}

function gemmForm(node: Node, { least }: DynamicRules): Product | string {
  const [data, weight, bias] = node.inputs;
  const tensor = constantBehind(weight);
  if (data === undefined || weight === undefined || tensor === undefined) return noWeight(node);
  if (intAttr(node, "transA", 0) !== 0) return "Gemm with a transposed first input";
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 1)];
  if (bias !== undefined && beta !== 1 && constantBehind(bias) === undefined)
    return "Gemm with a factor on a bias that is computed";
  const isTransposed = intAttr(node, "transB", 0) !== 0;
  return (
    weightReason(tensor, least) ??
    ({ kind: "product", node, data, weight, tensor, isTransposed, alpha, beta, bias } as const)
  );
}

function noWeight(node: Node): string {
  if (node.inputs[1]?.origin.kind === "input" && node.inputs[1].origin.initial !== undefined)
    return "weights that callers may replace (inputs with an initial value); simplify makes them constant";
  return constantBehind(node.inputs[0]) === undefined
    ? "products of two computed values"
    : "products with the constant on the left";
}

function weightReason({ dtype, shape }: Tensor, least: number): string | undefined {
  if (dtype !== "float32") return `weights that are ${dtype}, not float32`;
  if (shape.length !== 2) return "weights that are no matrix";
  if (Math.min(...shape) >= least) return undefined;
  return `weights with fewer than ${least} rows or columns: quantizing the input costs more than it saves`;
}

function lstmForm(node: Node, { least }: DynamicRules): Lstm | string {
  const [, w, r] = node.inputs;
  const [input, recurrent] = [constantBehind(w), constantBehind(r)];
  if (w === undefined || r === undefined || input === undefined || recurrent === undefined)
    return "LSTM with computed weights";
  if (input.dtype !== "float32" || recurrent.dtype !== "float32") return `weights that are ${input.dtype}, not float32`;
  if (input.shape.length !== 3 || recurrent.shape.length !== 3) return "LSTM with weights of unusual rank";
  if (recurrent.shape[2]! < 2 * least) return `LSTM with fewer than ${2 * least} cells: float is as fast`;
  if (intAttr(node, "layout", 0) !== 0) return "LSTM with the batch first: its kernel takes the steps first";
  return { kind: "lstm", node, weights: [w, r], tensors: [input, recurrent] };
}
