/** A […, K] times packed weights: B is uint8 [N, blocks, bytes a block], with a scale a block → […, N]. */
import { type Dim, intAttr } from "@pare/ir";
import { countOf, outputCount, times } from "../counting.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

export const matMulNBits: OpSpec = {
  op: "com.microsoft.MatMulNBits",
  roles: () => ["data", "weight", "param", "param", "param", "bias"],
  axes: (node, shape) => {
    const last = (inputShape(node, shape, 0)?.length ?? 0) - 1;
    if (last < 0) return [];
    const rows = Array.from({ length: last }, (_, axis) => keeps(0, axis, axis));
    const bias = node.inputs[5] === undefined ? [] : [keeps(5, 0, last)];
    // Blocks of K are packed together: A's last axis cannot be cut at will.
    return [...rows, opaque(0, last, last), keeps(1, 0, last), keeps(2, 0, last), ...bias];
  },
  infer: ({ node, type, shape }) => {
    const a = shape(0);
    const columns: Dim = intAttr(node, "N") ?? shape(1)?.[0];
    return [tensorType(dtypeOf(type(0)), a && [...a.slice(0, -1), columns])];
  },
  macs: ({ node }, outputs) => times(outputCount(outputs), countOf([intAttr(node, "K")])),
};
