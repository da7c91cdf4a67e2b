/** Discrete Fourier transforms; the last axis is 1 for real and 2 for complex elements. */
import { type Dim, intAttr, type Node } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { sizesOrUnknown } from "../counting.ts";
import { addDims, floorDivDims, mulDims, subDims } from "../dims.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

/** Input, length (default: the axis' size), axis: an attribute, default 1, until opset 20 made it an input, default −2. */
export const dft: OpSpec = {
  op: "onnx.DFT",
  roles: () => ["data", "param", "param"],
  axes: (node, shape) => (inputShape(node, shape, 0) ?? []).map((_, axis) => opaque(0, axis, axis)),
  infer: (context) => [tensorType(dtypeOf(context.type(0)), transformed(context, context.shape(0)))],
};

function transformed(context: InferContext, dims: Shape | undefined): Dim[] | undefined {
  if (dims === undefined) return undefined;
  const { node } = context;
  const inverse = intAttr(node, "inverse", 0) === 1;
  const onesided = intAttr(node, "onesided", 0) === 1;
  const axis = transformedAxis(context, dims.length);
  // A one-sided inverse gives a real signal.
  const parts = onesided && inverse ? 1 : 2;
  if (axis === undefined) return [...dims.slice(0, -1).map(() => undefined), parts];
  const stated = node.inputs[1] === undefined ? undefined : context.ints(1)?.elements[0];
  const natural = onesided && inverse ? mulDims(subDims(dims[axis], 1), 2) : dims[axis];
  const length = node.inputs[1] === undefined ? natural : stated;
  const size = onesided && !inverse ? addDims(floorDivDims(length, 2), 1) : length;
  return sizesOrUnknown(dims.map((dim, i) => (i === axis ? size : i === dims.length - 1 ? parts : dim)));
}

function transformedAxis({ node, opset, ints }: InferContext, rank: number): number | undefined {
  if (opset < 20) return axisIndex(intAttr(node, "axis", 1), rank);
  if (node.inputs[2] === undefined) return axisIndex(-2, rank);
  const stated = ints(2)?.elements[0];
  return typeof stated === "number" ? axisIndex(stated, rank) : undefined;
}

/** Signal [B, L, 1 or 2] in frames: → [B, frames, bins, 2], frames = floor((L − frame length) / step) + 1. */
export const stft: OpSpec = {
  op: "onnx.STFT",
  roles: () => ["data", "param", "data", "param"],
  axes: () => [keeps(0, 0, 0), opaque(0, 1, 1)],
  infer: (context) => {
    const { node, type, shape, ints } = context;
    const signal = shape(0);
    const length = frameLength(node, context);
    const frames = addDims(floorDivDims(subDims(signal?.[1], length), ints(1)?.elements[0]), 1);
    const bins = intAttr(node, "onesided", 1) === 1 ? addDims(floorDivDims(length, 2), 1) : length;
    return [tensorType(dtypeOf(type(0)), sizesOrUnknown([signal?.[0], frames, bins, 2]))];
  },
};

function frameLength(node: Node, { shape, ints }: InferContext): Dim {
  if (node.inputs[2] !== undefined) return shape(2)?.[0] ?? ints(3)?.elements[0];
  return node.inputs[3] === undefined ? shape(0)?.[1] : ints(3)?.elements[0];
}
