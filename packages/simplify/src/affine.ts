/**
 * Nodes that multiply every channel by a constant and add one: BatchNormalization in inference, and Mul, Div, Add and Sub
 * with a constant that differs along one axis at most.
 */
import { floatAttr, intAttr, type Node, onlyConsumer, type Value } from "@pare/ir";
import { elementCount, numbers, type Tensor } from "@pare/tensor";
import { isIdentity, permOfNode, transposeBefore } from "./merge-transposes.ts";
import type { Scene } from "./scene.ts";

/** output = scale·input + shift, by element of `axis`, or with one number for all. */
export interface Affine {
  readonly input: Value;
  readonly output: Value;
  readonly axis: number;
  /** One factor, or one for each channel; so `shift`. */
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  /** What a bias of the node before becomes; without it: scale·bias + shift. */
  readonly rebias?: (bias: number, channel: number) => number;
  /** The nodes that do it now, first to last. */
  readonly nodes: readonly Node[];
}

const foldable = new Set(["float32", "float64"]);

export function affineOf(node: Node, scene: Scene): Affine | undefined {
  const dtype = scene.dtype(node.outputs[0]);
  if (dtype === undefined || !foldable.has(dtype)) return undefined;
  const affine = node.op === "onnx.BatchNormalization" ? normalization(node, scene) : arithmetic(node, scene);
  const isAllFinite = (values: Float64Array | undefined) => values?.every(Number.isFinite) ?? false;
  return isAllFinite(affine?.scale) && isAllFinite(affine?.shift) ? affine : undefined;
}

/** Whether nothing is added. */
export function isScaleOnly({ shift }: Affine): boolean {
  return shift.every((each) => each === 0);
}

function normalization(node: Node, scene: Scene): Affine | undefined {
  const [input] = node.inputs;
  const parts = node.inputs.slice(1, 5).map((value) => scene.constant(value));
  if (input === undefined || parts.length < 4 || !isInference(node, scene)) return undefined;
  if (!parts.every((part) => part !== undefined && foldable.has(part.dtype))) return undefined;
  const [gamma, beta, mean, variance] = (parts as Tensor[]).map((part) => numbers(part)) as Float64Array[];
  const epsilon = floatAttr(node, "epsilon", 1e-5);
  // Step by step in the type's own precision, as the runtime folds where it does so itself: the same bits come out.
  const round = parts[0]!.dtype === "float32" ? Math.fround : (value: number) => value;
  const scale = gamma!.map((each, i) => round(each / round(Math.sqrt(round(variance![i]! + epsilon)))));
  const shift = beta!.map((each, i) => round(each - round(mean![i]! * scale[i]!)));
  const rebias = (bias: number, i: number) => round(round(bias - mean![i]!) * scale[i]!) + beta![i]!;
  return betweenTransposes({ input, output: node.outputs[0]!, axis: 1, scale, shift, rebias, nodes: [node] }, scene);
}

function isInference(node: Node, scene: Scene): boolean {
  const opset = scene.opset(node);
  if (node.outputs.slice(1).some((output) => output.uses.size > 0)) return false;
  if (intAttr(node, "spatial", 1) !== 1 || intAttr(node, "training_mode", 0) !== 0) return false;
  return opset >= 7 || intAttr(node, "is_test", 0) === 1;
}

/** Transpose, normalize, transpose back: the same along another axis, without the transposes. */
function betweenTransposes(affine: Affine, scene: Scene): Affine {
  const [node] = affine.nodes as [Node];
  const before = transposeBefore(node);
  const after = onlyConsumer(affine.output);
  if (before === undefined || after?.op !== "onnx.Transpose" || after.graph !== node.graph) return affine;
  const first = permOfNode(before, scene);
  const second = permOfNode(after, scene);
  const input = before.inputs[0];
  if (first === undefined || second === undefined || input === undefined) return affine;
  if (affine.input.uses.size > 1 || !isIdentity(second.map((axis) => first[axis]!))) return affine;
  return { ...affine, input, output: after.outputs[0]!, axis: first[affine.axis]!, nodes: [before, node, after] };
}

function arithmetic(node: Node, scene: Scene): Affine | undefined {
  const [left, right] = node.inputs;
  const output = node.outputs[0];
  const constantLeft = scene.constant(left);
  const constant = scene.constant(right) ?? constantLeft;
  const input = scene.constant(right) !== undefined ? left : right;
  if (constant === undefined || input === undefined || output === undefined || scene.constant(input) !== undefined)
    return undefined;
  const along = channelsOf(constant, input, scene);
  const one = Float64Array.of(1);
  const zero = Float64Array.of(0);
  if (along === undefined) return undefined;
  const { axis, elements } = along;
  const rest = { input, output, axis, nodes: [node] };
  const isLeft = constant === constantLeft && input === right;
  if (node.op === "onnx.Mul") return { ...rest, scale: elements, shift: zero };
  if (node.op === "onnx.Div" && !isLeft) return { ...rest, scale: elements.map((each) => 1 / each), shift: zero };
  if (node.op === "onnx.Add") return { ...rest, scale: one, shift: elements };
  if (node.op !== "onnx.Sub") return undefined;
  if (isLeft) return { ...rest, scale: Float64Array.of(-1), shift: elements };
  return { ...rest, scale: one, shift: elements.map((each) => -each) };
}

/** The constant's elements along the one axis of the data on which they differ; undefined where it widens the data. */
function channelsOf(constant: Tensor, data: Value, scene: Scene): { axis: number; elements: Float64Array } | undefined {
  const shape = scene.shape(data);
  const offset = shape === undefined ? -1 : shape.length - constant.shape.length;
  if (shape === undefined || offset < 0 || !foldable.has(constant.dtype)) return undefined;
  const varying = constant.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  if (varying.length > 1 || elementCount(constant.shape) === 0) return undefined;
  const axis = (varying[0] ?? 0) + offset;
  if (varying.length === 1 && shape[axis] !== constant.shape[varying[0]!]) return undefined;
  return { axis, elements: numbers(constant) };
}
