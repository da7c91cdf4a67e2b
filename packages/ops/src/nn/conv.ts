import { dtypeOf } from "../value-types.ts";
import { convolution } from "./convolution.ts";

export const conv = convolution("onnx.Conv", {
  roles: ["data", "weight", "bias"],
  data: 0,
  weight: 1,
  perChannel: [2],
  dtype: (context) => dtypeOf(context.type(0)) ?? dtypeOf(context.type(1)),
});
