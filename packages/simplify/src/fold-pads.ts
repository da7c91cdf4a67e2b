/**
 * A Pad with zeros of the spatial axes becomes the padding of the Conv or AveragePool behind it; before a MaxPool also
 * where zeros cannot win: what is padded is nowhere negative.
 */
import { attr, intAttr, intsAttr, type Node, stringAttr, type Value, withAttrs } from "@pare/ir";
import { axisIndex } from "@pare/ops";
import { uniformOf } from "./constants.ts";
import { padsOf } from "./drop-identities.ts";
import { boundsOf } from "./merge-clips.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const foldPad: Rule = {
  ops: ["onnx.Conv", "onnx.AveragePool", "onnx.MaxPool"],
  apply(node, scene) {
    const origin = node.inputs[0]?.origin;
    const pad = origin?.kind === "output" && origin.node.op === "onnx.Pad" ? origin.node : undefined;
    if (pad === undefined || pad.graph !== node.graph || pad.outputs[0]!.uses.size > 1) return false;
    const added = spatialPads(pad, scene);
    const own = ownPads(node, added);
    if (added === undefined || own === undefined || !isLegal(node, pad, own, added, scene)) return false;
    const pads = own.map((each, i) => each + added[i]!);
    if (node.type !== "Conv" && !isBelowKernel(pads, node)) return false;
    const counts = node.type === "AveragePool" ? { count_include_pad: attr.int(1) } : {};
    return scene.rewrite(node, `folded a Pad into the ${node.type} behind it`, (edit) => {
      const before = node.inputs;
      edit.setAttrs(node, withAttrs(node.attrs, { pads: attr.ints(pads), auto_pad: undefined, ...counts }));
      edit.setInputs(node, [pad.inputs[0], ...before.slice(1)]);
      return before;
    });
  },
};

/** Begins of all spatial axes, then their ends; undefined where the Pad does something else. */
function spatialPads(pad: Node, scene: Scene): readonly number[] | undefined {
  const rank = scene.rank(pad.inputs[0]);
  const given = padsOf(pad, scene);
  if (rank === undefined || given === undefined || stringAttr(pad, "mode", "constant") !== "constant") return undefined;
  const axes = pad.inputs[3] === undefined ? undefined : scene.ints(pad.inputs[3]);
  if (pad.inputs[3] !== undefined && axes === undefined) return undefined;
  const places = axes?.map((axis) => axisIndex(axis, rank)) ?? Array.from({ length: rank }, (_, i) => i);
  const all = new Array<number>(2 * rank).fill(0);
  for (const [i, axis] of places.entries()) {
    if (axis === undefined) return undefined;
    all[axis] = given[i]!;
    all[axis + rank] = given[i + places.length]!;
  }
  const outside = [all[0], all[1], all[rank], all[rank + 1]];
  if (outside.some((each) => each !== 0) || all.some((each) => each < 0)) return undefined;
  return [...all.slice(2, rank), ...all.slice(rank + 2)];
}

function ownPads(node: Node, added: readonly number[] | undefined): readonly number[] | undefined {
  const mode = stringAttr(node, "auto_pad", "NOTSET");
  if (mode !== "NOTSET" && mode !== "VALID") return undefined;
  const zeros = added?.map(() => 0);
  const own = mode === "VALID" ? zeros : (intsAttr(node, "pads") ?? zeros);
  return own?.length === added?.length ? own : undefined;
}

function isLegal(node: Node, pad: Node, own: readonly number[], added: readonly number[], scene: Scene): boolean {
  const value = padValue(pad, scene);
  if (node.type === "MaxPool") {
    if (node.outputs.length > 1 && node.outputs[1]!.uses.size > 0) return false;
    if (intAttr(node, "ceil_mode", 0) !== 0) return false;
    return value === Number.NEGATIVE_INFINITY || (value === 0 && isNowhereNegative(pad.inputs[0], scene));
  }
  if (value !== 0) return false;
  if (node.type === "Conv") return scene.mayRound(node.outputs[0]!, "a Pad before a Conv");
  // The average counts what it pads from now on: before, either all of it was counted too or there was nothing.
  const counted = intAttr(node, "count_include_pad", 0) === 1 || own.every((each) => each === 0);
  if (!counted || intAttr(node, "ceil_mode", 0) !== 0 || scene.opset(node) < 7) return false;
  return added.length > 0 && scene.mayRound(node.outputs[0]!, "a Pad before an AveragePool");
}

/** The runtime refuses a pool that pads as much as its window. */
function isBelowKernel(pads: readonly number[], node: Node): boolean {
  const kernel = intsAttr(node, "kernel_shape") ?? [];
  return kernel.length * 2 === pads.length && pads.every((each, i) => each < kernel[i % kernel.length]!);
}

function padValue(pad: Node, scene: Scene): number | undefined {
  if (scene.opset(pad) < 11) {
    const value = pad.attrs.get("value");
    return value?.kind === "float" ? value.value : 0;
  }
  return pad.inputs[2] === undefined ? 0 : uniformOf(scene.constant(pad.inputs[2]), 1);
}

const notNegative = new Set(["onnx.Sigmoid", "onnx.Softmax", "onnx.Abs", "onnx.Exp", "onnx.HardSigmoid"]);
const choosing = new Set([
  "onnx.MaxPool",
  "onnx.Identity",
  "onnx.Transpose",
  "onnx.Reshape",
  "onnx.AveragePool",
  "onnx.Concat",
]);

/** Whether no element can be below zero, by the operators that made it; looks a few nodes back. */
function isNowhereNegative(value: Value | undefined, scene: Scene, depth = 6): boolean {
  if (value?.origin.kind !== "output" || depth === 0) return false;
  const { node } = value.origin;
  if (notNegative.has(node.op)) return true;
  const bounds = boundsOf(node, scene);
  if (bounds !== undefined) return bounds.low >= 0;
  const data = node.op === "onnx.Concat" ? node.inputs : node.inputs.slice(0, 1);
  return choosing.has(node.op) && data.every((input) => isNowhereNegative(input, scene, depth - 1));
}

export const foldPads: Rewriting = {
  name: "simplify/fold-pads",
  summary: "Fold a Pad into the padding of the Conv or pool behind it",
  promise: "rounding",
  rules: [foldPad],
};
