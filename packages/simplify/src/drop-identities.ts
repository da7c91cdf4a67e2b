/**
 * Nodes that give back what they were given, on any input, bit by bit. A sum with zero is one only where the zero has
 * the sign that keeps −0: x − 0 and x + (−0); the other two are in `merge-elementwise`, which promises less.
 */

import { intAttr, intsAttr, type Node, type Value } from "@pare/ir";
import { type DType, isFloat } from "@pare/tensor";
import { an } from "./article.ts";
import { bypass, sameShape } from "./bypass.ts";
import { elementsOf } from "./constants.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

export const dropIdentities: Rewriting = {
  name: "simplify/drop-identities",
  summary: "Remove nodes that give back their input: Identity, Dropout, casts to the same type, empty pads, x·1",
  promise: "exact",
  rules: [
    rule(["Identity"], () => true, true),
    rule(["Dropout"], isInference, true),
    rule(["Cast", "CastLike"], keepsType),
    rule(["Concat", "Sum", "Max", "Min", "Mean"], (node) => node.inputs.length === 1, true),
    rule(["Split"], (node) => node.outputs.length === 1),
    rule(["Expand", "Reshape", "Flatten", "Squeeze", "Unsqueeze"], keepsShape),
    rule(["Slice"], takesAll),
    rule(["Pad"], (node, scene) => padsOf(node, scene)?.every((pad) => pad === 0) ?? false),
    rule(["Tile"], (node, scene) => scene.ints(node.inputs[1])?.every((times) => times === 1) ?? false),
    rule(["Resize", "Upsample"], keepsSize),
    rule(["Mul", "Div", "Pow", "Add", "Sub"], hasUnit),
    rule(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"], reducesNothing),
    rule(["GlobalAveragePool", "GlobalMaxPool"], isPointwisePool),
    rule(["AveragePool", "MaxPool"], isPointwiseWindow),
    rule(["DepthToSpace", "SpaceToDepth"], (node) => intAttr(node, "blocksize") === 1),
    { ops: ["onnx.Add", "onnx.Mul"], apply: dropUnitFromLeft },
    { ops: ["onnx.Relu", "onnx.Abs", "onnx.Ceil", "onnx.Floor", "onnx.Round", "onnx.Sign"], apply: dropRepeated },
    { ops: ["onnx.Not", "onnx.Neg"], apply: dropInversePair },
  ],
};

function rule(types: readonly string[], isNoOp: (node: Node, scene: Scene) => boolean, inFunctions = false): Rule {
  return {
    ops: types.map((type) => `onnx.${type}`),
    inFunctions,
    apply: (node, scene) =>
      isNoOp(node, scene) && bypass(node, node.inputs[0], scene, `removed ${an(node.type)} that changes nothing`),
  };
}

function isInference(node: Node, scene: Scene): boolean {
  const opset = scene.opset(node);
  if (opset < 7) return intAttr(node, "is_test", 0) === 1;
  const training = node.inputs[2];
  return opset < 12 || training === undefined || scene.ints(training)?.[0] === 0;
}

function keepsType(node: Node, scene: Scene): boolean {
  const from = scene.dtype(node.inputs[0]);
  return from !== undefined && from === scene.dtype(node.outputs[0]);
}

function keepsShape(node: Node, scene: Scene): boolean {
  return sameShape(node.inputs[0], node.outputs[0], scene);
}

/** Steps of 1 and as many elements as there are: it begins at 0. */
function takesAll(node: Node, scene: Scene): boolean {
  const steps = node.inputs[4] === undefined ? [] : scene.ints(node.inputs[4]);
  return (steps?.every((step) => step === 1) ?? false) && keepsShape(node, scene);
}

/** Pads as they are: an attribute before opset 11 (called paddings in opset 1), then an input, of some axes since 18. */
export function padsOf(node: Node, scene: Scene): readonly number[] | undefined {
  return scene.opset(node) < 11 ? (intsAttr(node, "pads") ?? intsAttr(node, "paddings")) : scene.ints(node.inputs[1]);
}

/** The same size by scales of 1, or by sizes given as they are. Scales near 1 may shift pixels. */
function keepsSize(node: Node, scene: Scene): boolean {
  const mode = node.attrs.get("coordinate_transformation_mode");
  if (mode?.kind === "string" && new TextDecoder().decode(mode.value) === "tf_crop_and_resize") return false;
  const [sizes, scales] = [node.inputs[3], node.inputs[node.inputs.length > 2 ? 2 : 1]];
  if (sizes !== undefined) return node.type === "Resize" && keepsShape(node, scene);
  return elementsOf(scene.constant(scales))?.every((scale) => scale === 1) ?? false;
}

/** x·1, x/1, x¹, and x − 0, x + (−0): the second operand is a constant that changes nothing, and widens nothing. */
function hasUnit(node: Node, scene: Scene): boolean {
  return isUnit(node, node.inputs[1], scene) && keepsShape(node, scene) && keepsType(node, scene);
}

function dropUnitFromLeft(node: Node, scene: Scene): boolean {
  const [left, right] = node.inputs;
  if (!isUnit(node, left, scene) || !sameShape(right, node.outputs[0], scene)) return false;
  return bypass(node, right, scene, `removed ${an(node.type)} that changes nothing`);
}

function isUnit(node: Node, operand: Value | undefined, scene: Scene): boolean {
  const constant = scene.constant(operand);
  const elements = elementsOf(constant, 4096);
  if (constant === undefined || elements === undefined) return false;
  const unit = node.type === "Add" ? zeroFor(constant.dtype) : node.type === "Sub" ? 0 : 1;
  return elements.every((each) => Object.is(each, unit));
}

function zeroFor(dtype: DType): number {
  return isFloat(dtype) ? -0 : 0;
}

function reducesNothing(node: Node, scene: Scene): boolean {
  return intAttr(node, "keepdims", 1) === 1 && keepsShape(node, scene);
}

function isPointwisePool(node: Node, scene: Scene): boolean {
  return (
    scene
      .shape(node.inputs[0])
      ?.slice(2)
      .every((size) => size === 1) ?? false
  );
}

function isPointwiseWindow(node: Node, scene: Scene): boolean {
  const ones = (name: string) => intsAttr(node, name)?.every((each) => each === 1) ?? false;
  const strides = !node.attrs.has("strides") || ones("strides");
  const unpadded = intsAttr(node, "pads")?.every((pad) => pad === 0) ?? !node.attrs.has("auto_pad");
  return ones("kernel_shape") && strides && unpadded && keepsShape(node, scene);
}

function dropRepeated(node: Node, scene: Scene): boolean {
  const before = node.inputs[0]?.origin;
  if (before?.kind !== "output" || before.node.op !== node.op) return false;
  return bypass(node, node.inputs[0], scene, `removed ${an(node.type)} of ${an(node.type)}`);
}

function dropInversePair(node: Node, scene: Scene): boolean {
  const before = node.inputs[0]?.origin;
  if (before?.kind !== "output" || before.node.op !== node.op) return false;
  return bypass(node, before.node.inputs[0], scene, `removed ${an(node.type)} of ${an(node.type)}`);
}
