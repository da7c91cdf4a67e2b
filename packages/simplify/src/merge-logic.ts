/**
 * Where of a negated condition takes its branches the other way round; a Where whose condition is the same everywhere, or
 * whose branches are, gives the branch.
 */
import type { Node } from "@pare/ir";
import { bypass, sameShape } from "./bypass.ts";
import { fillOf } from "./fill.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const takeNegation: Rule = {
  ops: ["onnx.Where"],
  inFunctions: true,
  apply(node, scene) {
    const [condition, yes, no] = node.inputs;
    const origin = condition?.origin;
    if (origin?.kind !== "output" || origin.node.op !== "onnx.Not" || origin.node.graph !== node.graph) return false;
    const { node: negation } = origin;
    return scene.rewrite(node, "let a Where choose by the condition before its Not", (edit) => {
      edit.setInputs(node, [negation.inputs[0], no, yes]);
      return [condition];
    });
  },
};

const knownChoice: Rule = {
  ops: ["onnx.Where"],
  apply(node, scene) {
    const branch = branchOf(node, scene);
    if (branch === undefined || !sameShape(branch, node.outputs[0], scene)) return false;
    return bypass(node, branch, scene, "removed a Where that always chooses the same");
  },
};

function branchOf(node: Node, scene: Scene): Node["inputs"][number] {
  const [condition, yes, no] = node.inputs;
  if (yes === no) return yes;
  const known = fillOf(condition, scene);
  return known === undefined ? undefined : known !== 0 ? yes : no;
}

export const mergeLogic: Rewriting = {
  name: "simplify/merge-logic",
  summary: "Take a Not into the Where behind it, and remove a Where of known condition",
  promise: "exact",
  rules: [takeNegation, knownChoice],
};
