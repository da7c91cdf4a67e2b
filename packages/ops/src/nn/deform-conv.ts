import { sharedDType } from "../rules.ts";
import { convolution } from "./convolution.ts";

/** Like Conv; where each window looks is moved by an offset [N, 2·offset_group·kernel, …windows]. */
export const deformConv = convolution("onnx.DeformConv", {
  roles: ["data", "weight", "data", "bias", "data"],
  data: 0,
  weight: 1,
  perChannel: [3],
  dtype: (context) => sharedDType(context, [0, 1]),
});
