/** Conv with what ONNX Runtime put behind it: an activation, and the sum with a tensor of the output's shape. */
import { type ConvolutionForm, convolution } from "../nn/convolution.ts";
import { dtypeOf } from "../value-types.ts";

const fused: ConvolutionForm = {
  roles: ["data", "weight", "bias", "data"],
  data: 0,
  weight: 1,
  perChannel: [2],
  added: 3,
  dtype: (context) => dtypeOf(context.type(0)),
};

export const fusedConv = convolution("com.microsoft.FusedConv", fused);
/** Channels last in the data; weights as in Conv. */
export const nhwcConv = convolution("com.microsoft.NhwcConv", { ...fused, channelsLast: () => true });
export const nhwcFusedConv = convolution("com.microsoft.NhwcFusedConv", { ...fused, channelsLast: () => true });
