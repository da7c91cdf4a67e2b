import { keeps, mixes } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/** Data [N, C, H, W], regions [R, 4], their images [R] and the crops' [height, width] → [R, C, height, width]. */
export const cropAndResize: OpSpec = {
  op: "com.microsoft.CropAndResize",
  roles: () => ["data", "data", "data", "param"],
  axes: () => [keeps(0, 1, 1), keeps(1, 0, 0), keeps(2, 0, 0), mixes(0, 0, 0)],
  infer: ({ type, shape, ints }) => {
    const [height, width] = ints(3)?.elements ?? [];
    return [tensorType(dtypeOf(type(0)), [shape(1)?.[0], shape(0)?.[1], height, width])];
  },
};
