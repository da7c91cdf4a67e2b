/**
 * A reduction takes over the reshape behind it that only drops or puts back the reduced axes; two reductions of one kind,
 * one after the other, are one.
 */

import { attr, type Dim, intAttr, intsAttr, type Node, withAttrs } from "@pare/ir";
import { axisIndex } from "@pare/ops";
import { an } from "./article.ts";
import { equalShapes } from "./bypass.ts";
import { madeOnlyFor } from "./match.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { isView } from "./views.ts";

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"]
  .concat(["ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ArgMax", "ArgMin"])
  .map((type) => `onnx.${type}`);

const takeReshape: Rule = {
  ops: ["onnx.Reshape", "onnx.Squeeze", "onnx.Unsqueeze", "onnx.Flatten"],
  apply(node, scene) {
    const reduction = reductions.map((op) => madeOnlyFor(node.inputs[0], op, node)).find((each) => each !== undefined);
    const shape = reduction && scene.shape(reduction.inputs[0]);
    const axes = reduction && shape && axesOf(reduction, shape.length, scene);
    if (reduction === undefined || shape === undefined || axes === undefined || !isView(node, scene)) return false;
    const keeps = intAttr(reduction, "keepdims", 1) === 1;
    const other = keeps ? dropped(shape, axes) : shape.map((dim, axis): Dim => (axes.includes(axis) ? 1 : dim));
    if (!equalShapes(other, scene.shape(node.outputs[0]))) return false;
    return scene.rewrite(node, `let ${an(reduction.type)} keep or drop its axes itself`, (edit) => {
      const before = node.inputs;
      edit.setOp(node, reduction.op);
      edit.setAttrs(node, withAttrs(reduction.attrs, { keepdims: attr.int(keeps ? 0 : 1) }));
      edit.setInputs(node, reduction.inputs);
      return before;
    });
  },
};

function dropped(shape: readonly Dim[], axes: readonly number[]): readonly Dim[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The axes that a reduction is over, counted from the front; undefined where they are computed, or all by default. */
function axesOf(node: Node, rank: number, scene: Scene): readonly number[] | undefined {
  const isArg = node.op.startsWith("onnx.Arg");
  const since = node.op === "onnx.ReduceSum" ? 13 : 18;
  const given = isArg
    ? [intAttr(node, "axis", 0)]
    : scene.opset(node) >= since
      ? scene.ints(node.inputs[1])
      : intsAttr(node, "axes");
  const axes = given?.map((axis) => axisIndex(axis, rank));
  return axes?.length && axes.every((axis) => axis !== undefined) ? axes : undefined;
}

/** ReduceMean of ReduceMean, with all axes kept: over both. */
const mergePair: Rule = {
  ops: ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"].map((type) => `onnx.${type}`),
  apply(node, scene) {
    const inner = madeOnlyFor(node.inputs[0], node.op, node);
    const rank = inner && scene.rank(inner.inputs[0]);
    if (inner === undefined || rank === undefined || node.inputs.length > 1 || inner.inputs.length > 1) return false;
    if (intAttr(inner, "keepdims", 1) !== 1) return false;
    const [first, second] = [axesOf(inner, rank, scene), axesOf(node, rank, scene)];
    if (first === undefined || second === undefined || first.some((axis) => second.includes(axis))) return false;
    if (!scene.mayRound(node.outputs[0]!, `two ${node.type}`)) return false;
    const axes = [...first, ...second].sort((a, b) => a - b);
    return scene.rewrite(node, `merged two ${node.type}`, (edit) => {
      const before = node.inputs;
      edit.setAttrs(node, withAttrs(node.attrs, { axes: attr.ints(axes) }));
      edit.setInputs(node, inner.inputs);
      return before;
    });
  },
};

export const mergeReductions: Rewriting = {
  name: "simplify/merge-reductions",
  summary: "Let a reduction keep or drop its axes itself",
  promise: "exact",
  rules: [takeReshape],
};

export const mergeReductionPairs: Rewriting = {
  name: "simplify/merge-reduction-pairs",
  summary: "Merge two reductions of one kind into one over the axes of both",
  promise: "rounding",
  isBold: true,
  rules: [mergePair],
};
