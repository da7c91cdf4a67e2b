import { countOf, outputCount, times } from "../counting.ts";
import { subDims } from "../dims.ts";
import { keeps, opaque, perOutput } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Depthwise over time, looking back only: [N, C, L] with weight [C, 1, K] → [N, C, L] and the last K − 1 positions. */
export const causalConvWithState: OpSpec = {
  op: "onnx.CausalConvWithState",
  roles: () => ["data", "weight", "bias", "data"],
  axes: () => [keeps(0, 0, 0), keeps(0, 1, 1), keeps(1, 0, 1), keeps(2, 0, 1), opaque(0, 2, 2), keeps(3, 1, 1)],
  infer: ({ node, type, shape }) => {
    const data = shape(0);
    const state = [data?.[0], data?.[1], subDims(shape(1)?.[2], 1)];
    return perOutput(node, [type(0), tensorType(dtypeOf(type(0)), state)]);
  },
  macs: ({ shape }, outputs) => times(outputCount(outputs), countOf([shape(1)?.[2]])),
};
