import { type Node, tensorAttr, type Value } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { uniformOf } from "./constants.ts";
import type { Scene } from "./scene.ts";

/** They hand out elements of their first input, whichever. */
const choosing = new Set(
  [
    "Slice",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Flatten",
    "Transpose",
    "Expand",
    "Tile",
    "Gather",
    "Identity",
    "Split",
  ].map((type) => `onnx.${type}`),
);

/** The number that every element of the value is, whatever its shape; looks a few nodes back. */
export function fillOf(value: Value | undefined, scene: Scene, depth = 8): number | undefined {
  const constant = scene.constant(value);
  if (constant !== undefined) return uniformOf(constant, 1 << 16);
  if (value?.origin.kind !== "output" || depth === 0) return undefined;
  const { node } = value.origin;
  if (node.op === "onnx.ConstantOfShape") return fillOfNode(node);
  return choosing.has(node.op) ? fillOf(node.inputs[0], scene, depth - 1) : undefined;
}

export function fillOfNode(node: Node): number {
  const value = tensorAttr(node, "value");
  return value === undefined ? 0 : numbers(value)[0]!;
}
