import { inputShape, keeps, keepsAll, perOutput } from "../rules.ts";
import type { AxisLink, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { batchNormGradient } from "./batch-norm-gradient.ts";

/**
 * Data [N, C, …] with scale, bias, mean and variance of shape [C] each ([C, …] in old files with `spatial` = 0).
 * Further outputs, in training: running mean and variance, before opset 14 also saved mean and variance.
 */
export const batchNormalization: OpSpec = {
  op: "onnx.BatchNormalization",
  gradient: batchNormGradient,
  roles: () => ["data", "weight", "bias", "param", "param"],
  axes: (node, shape) => [
    ...keepsAll(0)(node, shape),
    ...[1, 2, 3, 4].flatMap((input): AxisLink[] =>
      (inputShape(node, shape, input) ?? []).flatMap((_, axis) => [
        keeps(input, axis, axis + 1),
        ...node.outputs.slice(1).map((_, i) => keeps(input, axis, axis, i + 1)),
      ]),
    ),
  ],
  infer: ({ node, type, shape }) => {
    const statistic = (input: number) => tensorType(dtypeOf(type(input)), shape(input) ?? shape(1));
    return perOutput(node, [type(0), statistic(3), statistic(4), statistic(3), statistic(4)]);
  },
};
