import { type Dim, intsAttr } from "@pare/ir";
import { keeps } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { transposedSizes, windowOf } from "./window.ts";

/** Puts each value where its index says: [N, C, …windows] → [N, C, …spatial]; input 2 may state the whole shape. */
export const maxUnpool: OpSpec = {
  op: "onnx.MaxUnpool",
  roles: () => ["data", "data", "param"],
  // Indices count over the flat tensor: no axis of the output may change size on its own but the batch.
  axes: () => [keeps(0, 0, 0), keeps(1, 0, 0)],
  infer: (context) => [tensorType(dtypeOf(context.type(0)), shapeAfter(context))],
};

function shapeAfter({ node, shape, ints }: InferContext): readonly Dim[] | undefined {
  const data = shape(0) ?? shape(1);
  if (node.inputs[2] !== undefined) return ints(2)?.elements ?? (data && unknownDims(data.length));
  if (data === undefined || data.length < 3) return undefined;
  const sizes = data.slice(2);
  const window = windowOf(node, sizes.length, intsAttr(node, "kernel_shape") ?? []);
  return [data[0], data[1], ...transposedSizes(sizes, window, [])];
}
