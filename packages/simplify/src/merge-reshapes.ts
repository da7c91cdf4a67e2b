/**
 * Chains of Reshape, Flatten, Squeeze, Unsqueeze and transposes of unit axes become one node, or none; a Reshape whose
 * target is computed gets a constant one where at most one size of it has to be found (−1) and the others are known or
 * stay where they are (0).
 */

import type { Node, Value } from "@pare/ir";
import { an } from "./article.ts";
import { bypass, equalShapes, servesOnly } from "./bypass.ts";
import { bytesFreedBy } from "./freed.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { becomeView, isView, planBytes, planView, reshapeTarget } from "./views.ts";

const ops = ["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"].map((type) => `onnx.${type}`);

const dropRoundTrip: Rule = {
  ops,
  apply(node, scene) {
    if (!isView(node, scene)) return false;
    const shape = scene.shape(node.outputs[0]);
    for (const source of sourcesOf(node, scene)) {
      if (!equalShapes(scene.shape(source), shape)) continue;
      const text = `removed a chain that ends in ${an(node.type)} and gives back its input`;
      return bypass(node, source, scene, text);
    }
    return false;
  },
};

const mergeChain: Rule = {
  ops,
  apply(node, scene) {
    if (!isView(node, scene)) return false;
    const chain = sourcesOf(node, scene, true);
    const source = chain.at(-1);
    if (source === undefined || chain.length < 2) return false;
    return replaceByView(node, source, scene, `merged ${an(node.type)} with the reshapes before it`);
  },
};

const fixTarget: Rule = {
  ops: ["onnx.Reshape"],
  apply(node, scene) {
    const [data, shape] = node.inputs;
    if (data === undefined || shape === undefined || scene.constant(shape) !== undefined) return false;
    const to = scene.shape(node.outputs[0]);
    const target = to && reshapeTarget(scene.shape(data), to);
    if (target === undefined) return false;
    return replaceByView(node, data, scene, "gave a Reshape a constant target");
  },
};

export const mergeReshapes: Rewriting = {
  name: "simplify/merge-reshapes",
  summary: "Merge chains of Reshape, Flatten, Squeeze and Unsqueeze; make computed Reshape targets constant",
  promise: "exact",
  rules: [dropRoundTrip, mergeChain, fixTarget],
};

/**
 * The values that the node sees in another shape, nearest first. `exclusive`: goes on only through nodes that serve
 * nobody else, so that merging removes them.
 */
function sourcesOf(node: Node, scene: Scene, exclusive = false): readonly Value[] {
  const sources: Value[] = [];
  for (let value = node.inputs[0]; value !== undefined; ) {
    sources.push(value);
    const { origin } = value;
    if (origin.kind !== "output" || !isView(origin.node, scene) || value.graph !== node.graph) break;
    if (exclusive && !servesOnly(value, (reader) => isView(reader, scene))) break;
    value = origin.node.inputs[0];
  }
  return sources;
}

function replaceByView(node: Node, source: Value, scene: Scene, text: string): boolean {
  const [output] = node.outputs;
  const plan = planView(scene.shape(source), scene.shape(output), scene.opset(node), scene);
  if (plan === undefined || output === undefined) return false;
  const freed = bytesFreedBy(node, [source]);
  if (!scene.ledger.affords(planBytes(plan, scene) - freed)) {
    scene.leave(`left ${an(node.type)}: its constant would add parameter bytes`, output.name);
    return false;
  }
  return scene.rewrite(node, text, (edit) => {
    const orphans = node.inputs;
    becomeView(edit, node, plan, source, scene);
    return orphans;
  });
}
