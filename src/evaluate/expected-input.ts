/**
 * What the first nodes of a model say of the images that it expects, held against those that it is given.
 *
 * Only what is hardly ever wrong is said: that is when the values are off by more than an order of magnitude, as they are
 * where 0 to 255 and 0 to 1 are confused. A model whose first node is a convolution says nothing.
 */
import type { Model, Node, Value } from "@pare/ir";
import { constantOfNode } from "@pare/ops";
import { elementCount, numbers, type Tensor } from "@pare/tensor";

export type FirstNodes =
  /** factor · x + offset, by nodes of these types; of several channels the mean. */
  | { readonly kind: "affine"; readonly factor: number; readonly offset: number; readonly nodes: readonly string[] }
  /** What the input was like in training: over all channels. */
  | { readonly kind: "batch-norm"; readonly mean: number; readonly std: number }
  /** The range of values that is kept. */
  | { readonly kind: "quantize"; readonly low: number; readonly high: number };

/** Of the values that go into an input. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly std: number;
}

/** These hand on what they are given. */
const passing: readonly string[] = ["onnx.Transpose", "onnx.Cast", "onnx.Identity", "onnx.Reshape", "onnx.Squeeze"];

/** Undefined where the first nodes say nothing of the values. */
export function firstNodes({ graph }: Model, input: string): FirstNodes | undefined {
  let value: Value | undefined = graph.inputs.find(({ name }) => name === input);
  let affine = { kind: "affine" as const, factor: 1, offset: 0, nodes: [] as readonly string[] };
  while (value?.uses.size === 1) {
    const [use] = value.uses;
    if (use?.kind !== "input") break;
    const { node, slot } = use;
    const step = passing.includes(node.op) ? { factor: 1, offset: 0 } : affineOf(node, slot);
    if (step === undefined) return affine.nodes.length > 0 ? affine : stored(node, slot);
    const isPassing = passing.includes(node.op);
    affine = {
      ...affine,
      factor: affine.factor * step.factor,
      offset: affine.offset * step.factor + step.offset,
      nodes: isPassing ? affine.nodes : [...affine.nodes, node.type],
    };
    value = node.outputs[0];
  }
  return affine.nodes.length > 0 ? affine : undefined;
}

function affineOf(node: Node, slot: number): { readonly factor: number; readonly offset: number } | undefined {
  const other = node.inputs[1 - slot];
  const tensor = other && constantOf(other);
  if (tensor === undefined || elementCount(tensor.shape) > 4) return undefined;
  const constant = meanOf(numbers(tensor));
  if (node.op === "onnx.Add") return { factor: 1, offset: constant };
  if (node.op === "onnx.Mul") return { factor: constant, offset: 0 };
  if (node.op === "onnx.Sub") return slot === 0 ? { factor: 1, offset: -constant } : { factor: -1, offset: constant };
  if (node.op === "onnx.Div" && slot === 0) return { factor: 1 / constant, offset: 0 };
  return undefined;
}

function stored(node: Node, slot: number): FirstNodes | undefined {
  const constants = node.inputs.map((each) => each && constantOf(each));
  if (slot !== 0) return undefined;
  if (node.op === "onnx.BatchNormalization" && constants[3] && constants[4]) {
    const [means, variances] = [numbers(constants[3]), numbers(constants[4])];
    const mean = meanOf(means);
    const square = meanOf(means.map((each, i) => each * each + variances[i]!));
    return { kind: "batch-norm", mean, std: Math.sqrt(square - mean * mean) };
  }
  if (node.op === "onnx.QuantizeLinear" && constants[1] && elementCount(constants[1].shape) === 1) {
    const [scale] = numbers(constants[1]) as unknown as readonly [number];
    const zero = constants[2] === undefined ? 0 : numbers(constants[2])[0]!;
    const [least, most] = levels(constants[2]?.dtype ?? "uint8");
    return { kind: "quantize", low: (least - zero) * scale, high: (most - zero) * scale };
  }
  return undefined;
}

function levels(dtype: string): readonly [number, number] {
  const bits = Number(/\d+$/.exec(dtype)?.[0] ?? 8);
  return dtype.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

function constantOf({ origin }: Value): Tensor | undefined {
  if (origin.kind === "constant") return origin.tensor;
  if (origin.kind === "input") return origin.initial;
  return origin.kind === "output" ? constantOfNode(origin.node) : undefined;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** A narrower range than this was made smaller from 0 to 255. */
const small = 10;
/** A larger value than this is no colour from 0 to 1, normalised or not. */
const large = 20;

const raw = "values from 0 to 255: set `scale: 1` and leave `mean` and `std` out";
const unit = "values from 0 to 1: set `scale: 1/255`";

/** The likely mistake, as a sentence without a full stop; undefined where the values may well be right. */
export function inputMistake(first: FirstNodes, given: ValueRange): string | undefined {
  const range = `${plain(given.low)} to ${plain(given.high)}`;
  const expected = first.kind === "affine" ? ofAffine(first, given) : ofStored(first, given);
  if (expected === undefined) return undefined;
  return `${subject(first)}, and the data is ${range}: it seems to expect ${expected}`;
}

function subject(first: FirstNodes): string {
  if (first.kind === "affine") return `the model normalises its input itself (${first.nodes.join(", ")})`;
  if (first.kind === "quantize") return `the model stores its input as ${plain(first.low)} to ${plain(first.high)}`;
  return `the model was trained on inputs with mean ${plain(first.mean)} and deviation ${plain(first.std)}`;
}

function ofAffine({ factor, offset }: Extract<FirstNodes, { kind: "affine" }>, given: ValueRange): string | undefined {
  const slope = Math.abs(factor);
  const isForRaw = (slope > 0 && slope <= 0.05) || (slope === 1 && Math.abs(offset) >= large);
  if (isForRaw) return given.high - given.low <= small ? raw : undefined;
  if (slope === 1 || slope === 0) return undefined;
  const isFarOff = slope >= large ? given.high > large : given.std * slope > large;
  return isFarOff ? unit : undefined;
}

function ofStored(first: Exclude<FirstNodes, { kind: "affine" }>, given: ValueRange): string | undefined {
  const width = first.kind === "quantize" ? first.high - first.low : 4 * first.std;
  if (!(width > 0)) return undefined;
  const ratio = first.kind === "quantize" ? (given.high - given.low) / width : given.std / first.std;
  if (ratio < 0.05) return width > 100 ? raw : "larger values: check `scale`, `mean` and `std`";
  if (ratio > 20) return width < 4 ? unit : "smaller values: check `scale`, `mean` and `std`";
  return undefined;
}

const plain = (value: number) => String(Number(value.toPrecision(3)));
