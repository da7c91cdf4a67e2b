/** Inputs that say what an operator does without them: initial states of zero. */

import type { Node } from "@pare/ir";
import { an } from "./article.ts";
import { fillOf } from "./fill.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const initialStates: Rule = {
  ops: ["onnx.LSTM", "onnx.GRU", "onnx.RNN"],
  apply(node, scene) {
    const slots = [5, 6].filter((slot) => isZero(node, slot, scene));
    if (slots.length === 0) return false;
    return scene.rewrite(node, `dropped an initial state of zero of ${an(node.type)}`, (edit) => {
      const before = node.inputs;
      const inputs = before.map((input, slot) => (slots.includes(slot) ? undefined : input));
      while (inputs.at(-1) === undefined) inputs.pop();
      edit.setInputs(node, inputs);
      return before;
    });
  },
};

function isZero(node: Node, slot: number, scene: Scene): boolean {
  return node.inputs[slot] !== undefined && Object.is(fillOf(node.inputs[slot], scene), 0);
}

export const dropDefaults: Rewriting = {
  name: "simplify/drop-defaults",
  summary: "Drop inputs that say what an operator does without them",
  promise: "exact",
  rules: [initialStates],
};
