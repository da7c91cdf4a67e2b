import type { OpSpec } from "../spec.ts";
import { dtypeOf } from "../value-types.ts";
import { convGradient } from "./conv-gradient.ts";
import { convolution } from "./convolution.ts";

export const conv: OpSpec = {
  gradient: convGradient,
  ...convolution("onnx.Conv", {
    roles: ["data", "weight", "bias"],
    data: 0,
    weight: 1,
    perChannel: [2],
    dtype: (context) => dtypeOf(context.type(0)) ?? dtypeOf(context.type(1)),
  }),
};
