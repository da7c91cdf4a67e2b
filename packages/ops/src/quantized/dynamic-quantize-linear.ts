import { keepsAll } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { scalarType, tensorType } from "../value-types.ts";

/** uint8 data, with the scale and zero point that fit its own range. */
export const dynamicQuantizeLinear: OpSpec = {
  op: "onnx.DynamicQuantizeLinear",
  axes: keepsAll(0),
  infer: ({ shape }) => [tensorType("uint8", shape(0)), scalarType("float32"), scalarType("uint8")],
  gradient: { refused: "its scale follows the data of each run; quantize with scales that stay (quantize/static)" },
  discontinuous: true,
};
