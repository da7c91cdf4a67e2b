/** HardSigmoid from its parts, and HardSwish (operator set 14). */

import { attr, attrsOf, floatAttr, type Node, type Value } from "@pare/ir";
import { an } from "./article.ts";
import { isAbout, madeOnlyFor, scalarOf, withScalar } from "./match.ts";
import { boundsOf } from "./merge-clips.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

/** Clip(x + 3, 0, 6) / 6, or times a sixth: HardSigmoid(x, 1/6, 1/2). */
const formHardSigmoid: Rule = {
  ops: ["onnx.Div", "onnx.Mul"],
  apply(node, scene) {
    const divided = sixth(node, scene);
    const clip = divided && madeOnlyFor(divided, "onnx.Clip", node);
    const bounds = clip && boundsOf(clip, scene);
    const sum = clip && madeOnlyFor(clip.inputs[0], "onnx.Add", clip);
    const shifted = withScalar(sum, scene);
    if (bounds?.low !== 0 || bounds.high !== 6 || shifted?.scalar !== 3) return false;
    return becomes(node, "onnx.HardSigmoid", shifted.data, { alpha: attr.float(1 / 6), beta: attr.float(0.5) }, scene);
  },
};

/** What a node divides by six. */
function sixth(node: Node, scene: Scene): Value | undefined {
  if (node.op === "onnx.Div") return scalarOf(node.inputs[1], scene) === 6 ? node.inputs[0] : undefined;
  const scaled = withScalar(node, scene);
  return isAbout(scaled?.scalar, 1 / 6) ? scaled?.data : undefined;
}

/** x·Clip(x + 3, 0, 6) / 6 in the order in which exporters write it: the division moves to the Clip. */
const formSplitHardSwish: Rule = {
  ops: ["onnx.Div", "onnx.Mul"],
  apply(node, scene) {
    const product = madeOnlyFor(sixth(node, scene), "onnx.Mul", node);
    if (product === undefined) return false;
    for (const [slot, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const clip = madeOnlyFor(product.inputs[slot], "onnx.Clip", product);
      const bounds = clip && boundsOf(clip, scene);
      const shifted = withScalar(clip && madeOnlyFor(clip.inputs[0], "onnx.Add", clip), scene);
      const input = product.inputs[other];
      if (clip === undefined || bounds?.low !== 0 || bounds.high !== 6 || shifted?.scalar !== 3) continue;
      if (input === undefined || shifted.data !== input) continue;
      if (scene.opset(node) >= 14) return becomes(node, "onnx.HardSwish", input, {}, scene);
      if (!scene.mayRound(node.outputs[0]!, "a hard swish in parts")) return false;
      return scene.rewrite(node, "fused a HardSigmoid from its parts", (edit) => {
        const before = node.inputs;
        const attrs = attrsOf({ alpha: attr.float(1 / 6), beta: attr.float(0.5) });
        const gate = edit.node("onnx.HardSigmoid", [input], { attrs, before: node, name: clip.name });
        scene.learn(gate.outputs[0]!, input);
        edit.setOp(node, "onnx.Mul");
        edit.setInputs(node, [input, gate.outputs[0]]);
        return before;
      });
    }
    return false;
  },
};

/** x·HardSigmoid(x, 1/6, 1/2). */
const formHardSwish: Rule = {
  ops: ["onnx.Mul"],
  apply(node, scene) {
    if (scene.opset(node) < 14) return false;
    for (const [slot, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const gate = madeOnlyFor(node.inputs[slot], "onnx.HardSigmoid", node);
      const input = node.inputs[other];
      if (gate === undefined || input === undefined || gate.inputs[0] !== input) continue;
      if (!isAbout(floatAttr(gate, "alpha", 0.2), 1 / 6) || floatAttr(gate, "beta", 0.5) !== 0.5) continue;
      return becomes(node, "onnx.HardSwish", input, {}, scene);
    }
    return false;
  },
};

export function becomes(
  node: Node,
  op: string,
  input: Value,
  attrs: Parameters<typeof attrsOf>[0],
  scene: Scene,
): boolean {
  const type = op.slice(op.indexOf(".") + 1);
  if (!scene.mayRound(node.outputs[0]!, `${an(type)} in parts`)) return false;
  return scene.rewrite(node, `fused ${an(type)} from its parts`, (edit) => {
    const before = node.inputs;
    edit.setOp(node, op);
    edit.setAttrs(node, attrsOf(attrs));
    edit.setInputs(node, [input]);
    return before;
  });
}

export const fuseActivations: Rewriting = {
  name: "simplify/fuse-activations",
  summary: "Fuse HardSigmoid and HardSwish from their parts",
  promise: "rounding",
  isBold: true,
  rules: [formHardSigmoid, formSplitHardSwish, formHardSwish],
};
