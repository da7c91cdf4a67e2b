import { intAttr } from "@pare/ir";
import { singleOf } from "../known.ts";
import { keepsAll, perOutput } from "../rules.ts";
import { constantNumbers } from "../shape/constant.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

/**
 * Passes its input on, unless in training. The mask has the input's shape; its type is the input's up to opset 9.
 * Before opset 7 an attribute says whether it is training, from 12 an input.
 */
export const dropout: OpSpec = {
  op: "onnx.Dropout",
  roles: () => ["data", "param"],
  infer: ({ node, opset, type, shape }) => {
    const data = type(0);
    return perOutput(node, [data, tensorType(opset >= 10 ? "bool" : dtypeOf(data), shape(0))]);
  },
  axes: keepsAll(),
  gradient: ({ node, gradients, ints, refused }) => {
    if (node.inputs[2] !== undefined && singleOf(ints(2)) !== 0) throw refused("it may be in training mode");
    return [gradients[0]];
  },
  nondeterministic: (node) => node.inputs[2] !== undefined && constantNumbers(node, 2)?.[0] !== 0,
  propagate: ({ node, ints }) =>
    intAttr(node, "is_test") === undefined && node.inputs[2] === undefined ? [ints(0)] : [],
};
