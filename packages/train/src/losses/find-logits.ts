import type { Value } from "@pare/ir";
import type { Inference, NodeMaker } from "@pare/ops";
import { sizesOf } from "../gradient/sizes.ts";
import type { Shaped } from "./rows.ts";

const ends: Readonly<Record<string, readonly string[]>> = {
  "cross-entropy": ["Softmax", "LogSoftmax"],
  "binary-cross-entropy": ["Sigmoid"],
};
const arranging = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/** What a loss compares: the output, or where the model ends in the loss's own Softmax or Sigmoid, what goes in there. */
export function findLogits(make: NodeMaker, inference: Inference, output: Value, loss: string): Shaped {
  const shape = sizesOf(inference, output);
  const before = beforeEnd(output, ends[loss] ?? []);
  if (before === undefined) return { value: output, shape };
  const given = sizesOf(inference, before);
  if (withoutOnes(given) !== withoutOnes(shape)) return { value: before, shape: given };
  const same = given.length === shape.length && given.every((size, axis) => size === shape[axis]);
  return { value: same ? before : make.op("Reshape", [before, make.ints(shape)]), shape };
}

function beforeEnd(output: Value, types: readonly string[]): Value | undefined {
  const { origin } = output;
  if (origin.kind !== "output" || origin.node.domain !== "onnx") return undefined;
  const [input] = origin.node.inputs;
  if (types.includes(origin.node.type)) return input;
  return arranging.has(origin.node.type) && input !== undefined ? beforeEnd(input, types) : undefined;
}

function withoutOnes(shape: readonly number[]): string {
  return shape.filter((size) => size !== 1).join();
}
