/**
 * An If whose condition is known becomes the nodes of the branch that it takes; a Loop that runs once becomes its body,
 * and one that never runs goes away.
 */
import { type Edit, type Graph, graphAttr, type Node, type Value } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const takeBranch: Rule = {
  ops: ["onnx.If"],
  apply(node, scene) {
    const condition = scene.ints(node.inputs[0])?.[0];
    const branch =
      condition === undefined ? undefined : graphAttr(node, condition === 0 ? "else_branch" : "then_branch");
    if (branch === undefined) return false;
    return scene.rewrite(node, "replaced an If by the branch that it always takes", (edit) => {
      const orphans = node.inputs;
      const results = moveOut(edit, branch, node, scene);
      giveOutputs(edit, node, results, scene);
      return [...node.outputs, ...orphans];
    });
  },
};

const runOnce: Rule = {
  ops: ["onnx.Loop"],
  apply(node, scene) {
    const trips = scene.ints(node.inputs[0])?.[0];
    const begins = node.inputs[1] === undefined ? 1 : scene.ints(node.inputs[1])?.[0];
    const body = graphAttr(node, "body");
    const carried = node.inputs.length - 2;
    if (body === undefined || begins === undefined) return false;
    if (trips === 0 || begins === 0) {
      if (node.outputs.length > carried) return false;
      return scene.rewrite(node, "removed a Loop that never runs", (edit) => {
        giveOutputs(edit, node, node.inputs.slice(2), scene);
        return [...node.outputs, ...node.inputs];
      });
    }
    // What each run adds to an output is stacked on a new first axis, by a node whose axes are an attribute before 13.
    if (trips !== 1 || node.outputs.length > carried) return false;
    return scene.rewrite(node, "replaced a Loop that runs once by its body", (edit) => {
      const orphans = node.inputs;
      const [iteration, condition, ...values] = body.inputs;
      const name = node.outputs[0]!.name;
      if (iteration !== undefined && iteration.uses.size > 0)
        edit.replaceUses(iteration, constantBeside(edit, node, scene, `${name}_iteration`, "int64", 0));
      if (condition !== undefined && condition.uses.size > 0)
        edit.replaceUses(condition, constantBeside(edit, node, scene, `${name}_condition`, "bool", 1));
      values.forEach((value, i) => {
        if (value.uses.size > 0) edit.replaceUses(value, node.inputs[i + 2]!);
      });
      const [, ...results] = moveOut(edit, body, node, scene);
      giveOutputs(edit, node, results, scene);
      return [...node.outputs, ...orphans];
    });
  },
};

function constantBeside(
  edit: Edit,
  node: Node,
  scene: Scene,
  name: string,
  dtype: "int64" | "bool",
  value: number,
): Value {
  return scene.constantOf(edit, name, tensorOf(dtype, [], [value]), node.graph);
}

/** Moves the nodes and constants of a subgraph in front of the node that it belongs to; gives what its outputs are. */
function moveOut(edit: Edit, graph: Graph, node: Node, scene: Scene): readonly Value[] {
  for (const value of [...graph.values])
    if (value.origin.kind === "constant" || value.origin.kind === "sparse-constant")
      edit.moveConstant(value, node.graph);
  for (const inner of [...graph.nodes]) {
    edit.move(inner, node);
    for (const output of inner.outputs) scene.learn(output, output);
  }
  return graph.outputs;
}

/** Each output is given through an Identity: the value may be an input, or an output of the branch still. */
function giveOutputs(edit: Edit, node: Node, results: readonly (Value | undefined)[], scene: Scene): void {
  node.outputs.forEach((output, i) => {
    const result = results[i];
    if (result === undefined || output.uses.size === 0) return;
    const passed = edit.node("onnx.Identity", [result], { before: node }).outputs[0]!;
    scene.replace(edit, output, passed);
  });
}

export const inlineBranches: Rewriting = {
  name: "simplify/inline-branches",
  summary: "Replace an If of known condition by its branch, and a Loop that runs once by its body",
  promise: "exact",
  rules: [takeBranch, runOnce],
};
