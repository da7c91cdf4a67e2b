/**
 * An Expand whose result is broadcast anyway is left out: x stretched and then added to something of the full shape is
 * x added to it. Zeros of a shape plus a constant is the constant expanded.
 */

import type { Value } from "@pare/ir";
import { broadcastShapes } from "@pare/ops";
import { an } from "./article.ts";
import { equalShapes, sameShape } from "./bypass.ts";
import { elementsOf } from "./constants.ts";
import { fillOfNode } from "./fill.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const broadcasting = [
  ...["Add", "Sub", "Mul", "Div", "Pow", "Mod", "And", "Or", "Xor", "Equal", "Greater", "Less", "GreaterOrEqual"],
  ...["LessOrEqual", "Where", "Max", "Min", "Sum", "Mean", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"],
].map((type) => `onnx.${type}`);

const readUnexpanded: Rule = {
  ops: broadcasting,
  apply(node, scene) {
    if (scene.opset(node) < 8) return false;
    for (const [slot, input] of node.inputs.entries()) {
      const origin = input?.origin;
      const source = origin?.kind === "output" && origin.node.op === "onnx.Expand" ? origin.node.inputs[0] : undefined;
      if (source === undefined || input?.graph !== node.graph) continue;
      const shapes = node.inputs.map((each, i) => scene.shape(i === slot ? source : each));
      const without = shapes.every((shape) => shape !== undefined) ? broadcastShapes(shapes) : undefined;
      if (!equalShapes(without, scene.shape(node.outputs[0]))) continue;
      return scene.rewrite(node, `let ${an(node.type)} broadcast what an Expand stretched for it`, (edit) => {
        const before = node.inputs;
        edit.setInputs(
          node,
          before.map((each, i) => (i === slot ? source : each)),
        );
        return before;
      });
    }
    return false;
  },
};

const expandConstant: Rule = {
  ops: ["onnx.Add", "onnx.Mul"],
  apply(node, scene) {
    if (scene.opset(node) < 9) return false;
    for (const [slot, input] of node.inputs.entries()) {
      const filled =
        input?.origin.kind === "output" && input.origin.node.op === "onnx.ConstantOfShape"
          ? input.origin.node
          : undefined;
      const other = node.inputs[1 - slot];
      if (filled === undefined || other === undefined || filled.graph !== node.graph) continue;
      if (!sameShape(input, node.outputs[0], scene) || fillOfNode(filled) !== (node.op === "onnx.Add" ? 0 : 1))
        continue;
      if (node.op === "onnx.Add" && !hasNoMinusZero(other, scene)) continue;
      return scene.rewrite(node, "replaced arithmetic with a filled tensor by an Expand", (edit) => {
        const before = node.inputs;
        edit.setOp(node, "onnx.Expand");
        edit.setInputs(node, [other, filled.inputs[0]]);
        return before;
      });
    }
    return false;
  },
};

/** 0 + (−0) is 0: only a constant without −0 comes out as it was. */
function hasNoMinusZero(value: Value, scene: Scene): boolean {
  return elementsOf(scene.constant(value))?.every((each) => !Object.is(each, -0)) ?? false;
}

export const mergeExpands: Rewriting = {
  name: "simplify/merge-expands",
  summary: "Leave out an Expand where broadcasting does the same",
  promise: "exact",
  rules: [readUnexpanded, expandConstant],
};
