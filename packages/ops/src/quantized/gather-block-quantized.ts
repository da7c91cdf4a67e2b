/** Gather from a table that is quantized in blocks; the rows come out as real numbers. */
import { type Dim, intAttr } from "@pare/ir";
import { mulDims } from "../dims.ts";
import { keeps, opaque } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

export const gatherBlockQuantized: OpSpec = {
  op: "com.microsoft.GatherBlockQuantized",
  roles: () => ["weight", "data", "param", "param"],
  axes: (node, shape) => {
    const indexRank = (node.inputs[1] && shape(node.inputs[1])?.length) ?? 0;
    const indices = Array.from({ length: indexRank }, (_, axis) => keeps(1, axis, axis));
    return intAttr(node, "gather_axis", 0) === 0 ? [...indices, opaque(0, 1, indexRank)] : [];
  },
  infer: (context) => [tensorType(dtypeOf(context.type(2)), shapeAfter(context))],
};

function shapeAfter({ node, type, shape }: InferContext): Dim[] | undefined {
  const table = shape(0);
  const indices = shape(1);
  const axis = table && axisIndex(intAttr(node, "gather_axis", 0), table.length);
  if (table === undefined || indices === undefined || axis === undefined) return undefined;
  const bits = intAttr(node, "bits", 4);
  // Elements of fewer than eight bits lie packed along the last axis where the table is of bytes.
  const perByte = dtypeOf(type(0)) === "uint8" && bits < 8 ? 8 / bits : 1;
  const unpacked = table.map((size, i) => (i === table.length - 1 ? mulDims(size, perByte) : size));
  return [...unpacked.slice(0, axis), ...indices, ...unpacked.slice(axis + 1)];
}
