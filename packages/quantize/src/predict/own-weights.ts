import type { Node } from "@pare/ir";
import { clipBehind } from "./clips.ts";
import { constantTensor, type Grid } from "./grids.ts";
import type { Neighbours } from "./neighbours.ts";

/**
 * ONNX Runtime quantizes float weights (int8, one scale) and float biases (int32) of a Conv or Gemm by itself, where the
 * data have one scale and the result goes to a Q. The grids that it makes, by slot.
 */
export function ownGrids(node: Node, around: Neighbours): ReadonlyMap<number, Grid> {
  const given = around.dequantized(node);
  const data = given.get(0);
  if ((node.op !== "onnx.Conv" && node.op !== "onnx.Gemm") || data?.scale === undefined) return new Map();
  const behind = around.readers(clipBehind(node) ?? node);
  if (behind.length !== 1 || behind[0] === undefined) return new Map();
  const bias = constantTensor(node.inputs[2]);
  if (node.inputs[2] !== undefined && !given.has(2) && bias?.shape.length !== 1) return new Map();
  const own = new Map<number, Grid>();
  const weight = constantTensor(node.inputs[1]);
  if (!given.has(1) && weight?.dtype === "float32") own.set(1, { ...data, type: "int8" });
  if (node.inputs[2] !== undefined && !given.has(2)) own.set(2, { ...data, type: "int32" });
  return own;
}
