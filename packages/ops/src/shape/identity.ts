import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

export const identity: OpSpec = {
  op: "onnx.Identity",
  infer: sameAs(0),
  axes: keepsAll(),
  gradient: ({ gradients }) => gradients,
  propagate: ({ ints }) => [ints(0)],
};
