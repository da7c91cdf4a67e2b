/** Data [N, C, …spatial], weight [C, M/group, …kernel] → [N, M, …sizes]. */
import { type Dim, intAttr, intsAttr, type Node } from "@pare/ir";
import { countOf, times } from "../counting.ts";
import { mulDims } from "../dims.ts";
import { contracted } from "../links.ts";
import { inputShape, keeps, opaque, type ShapeOf, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { convTransposeGradient } from "./conv-transpose-gradient.ts";
import { transposedSizes, windowOf } from "./window.ts";

export const convTranspose: OpSpec = {
  op: "onnx.ConvTranspose",
  gradient: convTransposeGradient,
  roles: () => ["data", "weight", "bias"],
  axes: axesOf,
  infer: (context) => [tensorType(sharedDType(context), shapeAfter(context))],
  macs: (context) => times(countOf(context.shape(0)), countOf(context.shape(1)?.slice(1))),
};

function shapeAfter(context: InferContext): Dim[] | undefined {
  const { node } = context;
  const data = context.shape(0);
  const weight = context.shape(1);
  const rank = data?.length ?? weight?.length;
  if (rank === undefined || rank < 3) return undefined;
  const channels = mulDims(weight?.[1], intAttr(node, "group", 1));
  return [data?.[0], channels, ...spatialAfter(node, rank - 2, data?.slice(2), weight?.slice(2))];
}

/** `output_shape` says the sizes outright; some writers give it for all axes, not only the spatial ones. */
function spatialAfter(
  node: Node,
  rank: number,
  data: readonly Dim[] = [],
  weight: readonly Dim[] = [],
): readonly Dim[] {
  const stated = intsAttr(node, "output_shape");
  if (stated !== undefined && stated.length >= rank) return stated.slice(-rank);
  const kernel = intsAttr(node, "kernel_shape") ?? weight;
  const sizes = Array.from({ length: rank }, (_, i) => data[i]);
  return transposedSizes(sizes, windowOf(node, rank, kernel), intsAttr(node, "output_padding") ?? []);
}

function axesOf(node: Node, shape: ShapeOf): AxisLink[] {
  const rank = inputShape(node, shape, 0)?.length ?? inputShape(node, shape, 1)?.length;
  if (rank === undefined) return [];
  const whole = intAttr(node, "group", 1) === 1;
  return [
    keeps(0, 0, 0),
    ...(whole
      ? [contracted({ input: 0, axis: 1 }, { input: 1, axis: 0 }), keeps(1, 1, 1)]
      : [opaque(0, 1, 1), opaque(1, 0, 1), opaque(1, 1, 1)]),
    ...(node.inputs[2] ? [keeps(2, 0, 1)] : []),
    ...Array.from({ length: rank - 2 }, (_, i) => opaque(0, i + 2, i + 2)),
  ];
}
