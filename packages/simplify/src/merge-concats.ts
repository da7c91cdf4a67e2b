/**
 * A Concat takes over the inputs of a Concat before it on the same axis, drops empty constants, and goes away where it
 * puts together again, in order, all that one Split took apart.
 */
import { intAttr, type Node } from "@pare/ir";
import { axisIndex } from "@pare/ops";
import { bypass } from "./bypass.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const takeOver: Rule = {
  ops: ["onnx.Concat"],
  inFunctions: true,
  apply(node, scene) {
    const axis = concatAxis(node, scene);
    const isInner = (input: Node["inputs"][number]) => {
      const origin = input?.origin;
      if (origin?.kind !== "output" || origin.node.op !== "onnx.Concat" || origin.node.graph !== node.graph)
        return false;
      const { node: inner } = origin;
      if (concatAxis(inner, scene) !== axis) return false;
      return input!.uses.size === 1;
    };
    if (axis === undefined || !node.inputs.some(isInner)) return false;
    return scene.rewrite(node, "merged a Concat with the one before it", (edit) => {
      const before = node.inputs;
      const flat = before.flatMap((input) => (isInner(input) ? producer(input!).inputs : [input]));
      edit.setInputs(node, flat);
      return before;
    });
  },
};

function producer(value: NonNullable<Node["inputs"][number]>): Node {
  if (value.origin.kind !== "output") throw new TypeError("a merged input is made by a node");
  return value.origin.node;
}

function concatAxis(node: Node, scene: Scene): number | undefined {
  const rank = scene.rank(node.outputs[0]) ?? scene.rank(node.inputs[0]);
  const axis = intAttr(node, "axis", scene.opset(node) < 4 ? 1 : 0);
  return rank === undefined ? (axis >= 0 ? axis : undefined) : axisIndex(axis, rank);
}

const dropEmpty: Rule = {
  ops: ["onnx.Concat"],
  apply(node, scene) {
    const axis = concatAxis(node, scene);
    const rank = scene.rank(node.outputs[0]);
    const isEmpty = (input: Node["inputs"][number]) => {
      const shape = scene.shape(input);
      return axis !== undefined && shape?.length === rank && shape?.[axis] === 0;
    };
    const kept = node.inputs.filter((input) => !isEmpty(input));
    if (kept.length === node.inputs.length || kept.length === 0) return false;
    return scene.rewrite(node, "dropped an empty input of a Concat", (edit) => {
      const before = node.inputs;
      edit.setInputs(node, kept);
      return before;
    });
  },
};

const undoSplit: Rule = {
  ops: ["onnx.Concat"],
  inFunctions: true,
  apply(node, scene) {
    const origin = node.inputs[0]?.origin;
    const split = origin?.kind === "output" && origin.node.op === "onnx.Split" ? origin.node : undefined;
    if (split === undefined || split.outputs.length !== node.inputs.length) return false;
    if (!split.outputs.every((output, i) => output === node.inputs[i])) return false;
    const rank = scene.rank(split.inputs[0]);
    if (rank === undefined || axisIndex(intAttr(split, "axis", 0), rank) !== concatAxis(node, scene)) return false;
    return bypass(node, split.inputs[0], scene, "removed a Concat that undoes a Split");
  },
};

export const mergeConcats: Rewriting = {
  name: "simplify/merge-concats",
  summary: "Merge chains of Concat, drop their empty inputs, and remove a Concat that undoes a Split",
  promise: "exact",
  rules: [takeOver, dropEmpty, undoSplit],
};
