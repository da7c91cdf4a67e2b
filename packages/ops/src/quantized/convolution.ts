/** Convolutions on integers. */
import { intAttr } from "@pare/ir";
import { type ConvolutionForm, convolution } from "../nn/convolution.ts";
import { dtypeOf } from "../value-types.ts";

/** Zero points may follow; the sums come out as they are. */
export const convInteger = convolution("onnx.ConvInteger", {
  roles: ["data", "weight", "param", "param"],
  data: 0,
  weight: 1,
  perChannel: [3],
  dtype: () => "int32",
});

/** x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B. */
const qLinear: ConvolutionForm = {
  roles: ["data", "param", "param", "weight", "param", "param", "param", "param", "bias"],
  data: 0,
  weight: 3,
  perChannel: [4, 5, 8],
  dtype: (context) => dtypeOf(context.type(7)),
  discontinuous: true,
};

export const qLinearConv = convolution("onnx.QLinearConv", qLinear);

/** ONNX Runtime's, whose data may have its channels last. */
export const microsoftQLinearConv = convolution("com.microsoft.QLinearConv", {
  ...qLinear,
  channelsLast: (node) => intAttr(node, "channels_last", 0) === 1,
});
