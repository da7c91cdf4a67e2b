import { intsAttr } from "@pare/ir";
import { keeps, mixes } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Data [N, C, H, W] and regions [R, 5] → [R, C, …pooled_shape]. */
export const maxRoiPool: OpSpec = {
  op: "onnx.MaxRoiPool",
  roles: () => ["data", "data"],
  axes: () => [keeps(0, 1, 1), keeps(1, 0, 0), mixes(0, 0, 0)],
  infer: ({ node, type, shape }) => {
    const [height, width] = intsAttr(node, "pooled_shape") ?? [];
    return [tensorType(dtypeOf(type(0)), [shape(1)?.[0], shape(0)?.[1], height, width])];
  },
};
