/**
 * MatMul and Gemm with inputs that are quantized at run time, in standard operators:
 *
 *   x → DynamicQuantizeLinear → MatMulInteger (codes of w) → Cast → Mul (scale of x · scales of w) → Add bias
 *
 * ONNX Runtime (1.30) makes one DynamicQuantizeMatMul of it, bias included, or one DynamicQuantizeLinear and a
 * MatMulIntegerToFloat each where several products read the same x. Its kernels take one scale a column of w as fast as
 * one for all.
 */
import { attr, attrsOf, type Edit, type Graph, type Node, producerOf, type Value } from "@pare/ir";
import { makeTensor, numbers, type Tensor, tensorBytes, tensorOf } from "@pare/tensor";
import type { WeightSpec } from "../contract.ts";
import { type QuantizedConstant, quantizeConstant } from "../weights/quantize-constant.ts";
import { energyOf } from "../weights/scan.ts";
import { constantBehind, type Product } from "./dynamic-nodes.ts";

/** What the rewrites of one model share. */
export interface DynamicWriting {
  readonly edit: Edit;
  /** Axis left out: it depends on the node. */
  readonly weight: Omit<WeightSpec, "axis"> & { readonly granularity: "channel" | "tensor" };
  /** DynamicQuantizeLinear of each value, by the graph that holds it. */
  readonly quantized: Map<Graph, Map<Value, Node>>;
  /** Codes of each weight, by how it is read: products that share a weight share them. */
  readonly stored: Map<Value, Map<string, StoredWeight>>;
  /** Of all weights so far: Σ w² and Σ (w − ŵ)². */
  readonly loss: { signal: number; noise: number };
}

/** codes [K, N]; scales and zero points [N] or []. */
interface StoredWeight {
  readonly codes: Value;
  readonly scales: Value;
  readonly zeroPoints: Value;
}

export function writeProduct(writing: DynamicWriting, product: Product): void {
  const { edit } = writing;
  const { node, beta, bias } = product;
  const output = node.outputs[0]!;
  const [x, xScale, xZeroPoint] = inputOf(writing, product).outputs as [Value, Value, Value];
  const { codes, scales, zeroPoints } = weightOf(writing, product);
  const make = (op: string, inputs: readonly Value[], what: string, to?: number) =>
    edit.node(`onnx.${op}`, inputs, {
      before: node,
      name: node.name === "" ? "" : `${node.name}_${what}`,
      outputs: [`${output.name}_${what}`],
      ...(to !== undefined && { attrs: attrsOf({ to: attr.int(to) }) }),
    }).outputs[0]!;
  const sums = make("MatMulInteger", [x, codes, xZeroPoint, zeroPoints], "integer");
  const factor = make("Mul", [xScale, scales], "scale");
  const float32 = 1;
  const scaled = make("Mul", [make("Cast", [sums], "cast", float32), factor], "rescaled");
  const result = bias === undefined ? scaled : make("Add", [scaled, scaledBias(edit, bias, beta)], "biased");
  replace(edit, node, result);
}

/** `by` takes the place of the node's first output, its name and its declared type. */
export function replace(edit: Edit, node: Node, by: Value): void {
  const output = node.outputs[0]!;
  const { name, type } = output;
  edit.replaceUses(output, by);
  edit.remove(node);
  edit.retype(by, type);
  edit.rename(by, name);
}

/** Drops a constant, or the node that makes it, once nothing reads it. */
export function dropConstant(edit: Edit, value: Value | undefined): void {
  if (value === undefined || value.uses.size > 0 || value.graph.value(value.name) !== value) return;
  if (value.origin.kind === "constant") edit.removeConstant(value);
  else if (producerOf(value)?.op === "onnx.Constant") edit.remove(producerOf(value)!);
}

function inputOf({ edit, quantized }: DynamicWriting, { node, data }: Product): Node {
  const made = quantized.get(node.graph) ?? new Map<Value, Node>();
  quantized.set(node.graph, made);
  const known = made.get(data);
  if (known !== undefined) return known;
  const outputs = ["quantized", "scale", "zero_point"].map((what) => `${data.name}_${what}`);
  const quantize = edit.node("onnx.DynamicQuantizeLinear", [data], {
    before: node,
    name: `${data.name}_quantize`,
    outputs,
  });
  made.set(data, quantize);
  return quantize;
}

/** The codes of a weight; what they lose is added up. */
export function quantizeWeight({ loss }: DynamicWriting, tensor: Tensor, spec: WeightSpec): QuantizedConstant {
  const quantized = quantizeConstant(tensor, spec);
  loss.signal += energyOf(tensor).squares;
  loss.noise += quantized.error().squared;
  return quantized;
}

function weightOf(writing: DynamicWriting, product: Product): StoredWeight {
  const { edit, weight: spec, stored } = writing;
  const { weight, tensor, isTransposed, alpha } = product;
  const ways = stored.get(weight) ?? new Map<string, StoredWeight>();
  stored.set(weight, ways);
  const way = `${isTransposed} ${alpha}`;
  const known = ways.get(way);
  if (known !== undefined) return known;
  const { granularity, ...rest } = spec;
  const axis = granularity === "tensor" ? undefined : isTransposed ? 0 : 1;
  const { codes, scales, zeroPoints } = quantizeWeight(writing, times(tensor, alpha), { ...rest, axis });
  const constant = (what: string, each: Tensor) => edit.constant(`${weight.name}_${what}`, each, weight.graph);
  const made: StoredWeight = {
    codes: constant("quantized", isTransposed ? transposed(codes) : codes),
    scales: constant("scale", scales),
    zeroPoints: constant("zero_point", zeroPoints),
  };
  ways.set(way, made);
  return made;
}

/** [D, N, K] of one byte each → [D, K, N]; [N, K] → [K, N]. */
export function transposed(codes: Tensor): Tensor {
  const [columns, rows] = [codes.shape.at(-2)!, codes.shape.at(-1)!];
  const from = tensorBytes(codes);
  const to = new Uint8Array(from.length);
  const size = rows * columns;
  for (let i = 0; i < from.length; i++) {
    const within = i % size;
    to[i - within + (within % rows) * columns + Math.floor(within / rows)] = from[i]!;
  }
  return makeTensor(codes.dtype, [...codes.shape.slice(0, -2), rows, columns], to);
}

function scaledBias(edit: Edit, bias: Value, beta: number): Value {
  const tensor = constantBehind(bias);
  if (beta === 1 || tensor === undefined) return bias;
  return edit.constant(`${bias.name}_scaled`, times(tensor, beta), bias.graph);
}

function times(tensor: Tensor, factor: number): Tensor {
  if (factor === 1) return tensor;
  return tensorOf(
    tensor.dtype,
    tensor.shape,
    numbers(tensor).map((value) => value * factor),
  );
}
