/**
 * Relu and Clip with constant bounds, one after the other, are one Clip (or one Relu): exactly, since both only choose.
 * Bounds are attributes before opset 11, inputs since.
 */

import { attr, attrsOf, floatAttr, type Node } from "@pare/ir";
import { type DType, isFloat, tensorOf } from "@pare/tensor";
import { an } from "./article.ts";
import { elementsOf } from "./constants.ts";
import { bytesFreedBy } from "./freed.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The bounds of a Relu or Clip; undefined where they are computed. */
export function boundsOf(node: Node, scene: Scene): Bounds | undefined {
  if (node.op === "onnx.Relu") return { low: 0, high: Number.POSITIVE_INFINITY };
  if (node.op !== "onnx.Clip") return undefined;
  if (scene.opset(node) < 11) {
    const low = floatAttr(node, "min", Number.NEGATIVE_INFINITY);
    return { low, high: floatAttr(node, "max", Number.POSITIVE_INFINITY) };
  }
  const bound = (slot: number, none: number) =>
    node.inputs[slot] === undefined ? none : elementsOf(scene.constant(node.inputs[slot]), 1)?.[0];
  const low = bound(1, Number.NEGATIVE_INFINITY);
  const high = bound(2, Number.POSITIVE_INFINITY);
  return low === undefined || high === undefined ? undefined : { low, high };
}

const mergePair: Rule = {
  ops: ["onnx.Relu", "onnx.Clip"],
  apply(node, scene) {
    const origin = node.inputs[0]?.origin;
    const inner = origin?.kind === "output" && origin.node.graph === node.graph ? origin.node : undefined;
    if (inner === undefined || inner.outputs[0]!.uses.size > 1) return false;
    const first = boundsOf(inner, scene);
    const second = boundsOf(node, scene);
    const dtype = scene.dtype(node.inputs[0]);
    if (first === undefined || second === undefined || dtype === undefined || !isFloat(dtype)) return false;
    if (first.low > first.high || second.low > second.high) return false;
    // Clip(Clip(x)): where the ranges do not meet, everything becomes the nearer bound of the second.
    const low = Math.min(Math.max(first.low, second.low), second.high);
    const high = Math.max(Math.min(first.high, second.high), second.low);
    return becomeClip(node, inner, { low, high }, dtype, scene);
  },
};

function becomeClip(node: Node, inner: Node, { low, high }: Bounds, dtype: DType, scene: Scene): boolean {
  const source = inner.inputs[0];
  const isRelu = low === 0 && high === Number.POSITIVE_INFINITY;
  const inputs = scene.opset(node) >= 11 && !isRelu;
  const scalar = (value: number) => (Number.isFinite(value) ? tensorOf(dtype, [], [value]) : undefined);
  const bounds = inputs ? [scalar(low), scalar(high)] : [];
  const bytes = bounds.reduce((sum, tensor) => sum + (tensor?.source.size ?? 0), 0);
  if (!scene.ledger.affords(bytes - bytesFreedBy(node, [source]))) return false;
  return scene.rewrite(node, `merged ${an(node.type)} with the ${inner.type} before it`, (edit) => {
    const before = node.inputs;
    const name = node.outputs[0]!.name;
    const operands = bounds.map(
      (each, i) => each && scene.constantOf(edit, `${name}_${i === 0 ? "min" : "max"}`, each),
    );
    while (operands.length > 0 && operands.at(-1) === undefined) operands.pop();
    const named = {
      min: Number.isFinite(low) ? attr.float(low) : undefined,
      max: Number.isFinite(high) ? attr.float(high) : undefined,
    };
    edit.setOp(node, isRelu ? "onnx.Relu" : "onnx.Clip");
    edit.setAttrs(node, attrsOf(isRelu || inputs ? {} : named));
    edit.setInputs(node, [source, ...operands]);
    return before;
  });
}

export const mergeClips: Rewriting = {
  name: "simplify/merge-clips",
  summary: "Merge Relu and Clip that follow each other",
  promise: "exact",
  rules: [mergePair],
};
