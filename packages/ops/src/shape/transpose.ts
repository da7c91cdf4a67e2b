import { intsAttr } from "@pare/ir";
import { reindex } from "../known.ts";
import { inputShape, keeps } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { transposeGradient } from "./layout-gradients.ts";
import { permutationOf } from "./permutation.ts";

export const transpose: OpSpec = {
  op: "onnx.Transpose",
  gradient: transposeGradient,
  infer: ({ node, type, shape: shapeAt }) => {
    const shape = shapeAt(0);
    const rank = shape?.length ?? intsAttr(node, "perm")?.length;
    if (rank === undefined) return [tensorType(dtypeOf(type(0)), undefined)];
    const sizes = shape ?? unknownDims(rank);
    return [
      tensorType(
        dtypeOf(type(0)),
        permutationOf(node, rank).map((axis) => sizes[axis]),
      ),
    ];
  },
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? intsAttr(node, "perm")?.length ?? 0;
    return permutationOf(node, rank).map((from, to) => keeps(0, from, to));
  },
  propagate: ({ node, ints }) => {
    const known = ints(0);
    if (known === undefined) return [];
    const order = permutationOf(node, known.shape.length);
    const shape = order.map((axis) => known.shape[axis] ?? 1);
    return [reindex(known, shape, (at) => order.map((_, axis) => at[order.indexOf(axis)]!))];
  },
};
