import { recurrent } from "../recurrent/recurrent.ts";

/** LSTM with weights [D, I, 4·H] and [D, H, 4·H] in eight bits; their scales and zero points are inputs 8 to 11. */
export const dynamicQuantizeLstm = recurrent("com.microsoft.DynamicQuantizeLSTM", {
  gates: 4,
  roles: ["data", "weight", "weight", "bias", "param", "data", "data", "weight", "param", "param", "param", "param"],
  hiddenAxis: 1,
  discontinuous: true,
});
