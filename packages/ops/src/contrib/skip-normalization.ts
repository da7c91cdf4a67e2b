/**
 * Normalization of a sum: input + skip (+ bias). The sum itself may be an output, since the next block adds to it.
 */
import type { OpName } from "@pare/ir";
import type { GradientRule } from "../gradient/rule.ts";
import { broadcastLinks } from "../links.ts";
import { vectorsAlongLast } from "../nn/layer-normalization.ts";
import { inputShape, keepsAll, perOutput, sameAs } from "../rules.ts";
import type { AxisLink, OpSpec, Role } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import {
  skipLayerNormalizationGradient,
  skipSimplifiedLayerNormalizationGradient,
} from "./skip-normalization-gradients.ts";

/** Outputs: normalized, mean, inverse deviation, sum. `vectors`: inputs with one element a hidden unit. */
function skipNormalization(
  op: OpName,
  vectors: readonly number[],
  roles: readonly Role[],
  gradient: GradientRule,
): OpSpec {
  return {
    op,
    gradient,
    roles: () => roles,
    axes: (node, shape): AxisLink[] => [
      ...broadcastLinks(node, shape, [0, 1]),
      ...vectorsAlongLast(...vectors)(node, shape),
      ...(node.outputs.length > 3 ? keepsAll(0, 3)(node, shape) : []),
    ],
    infer: ({ node, type, shape }) => {
      const dims = shape(0);
      const statistic = tensorType("float32", dims && [...dims.slice(0, -1), 1]);
      return perOutput(node, [type(0), statistic, statistic, type(0)]);
    },
  };
}

export const skipLayerNormalization = skipNormalization(
  "com.microsoft.SkipLayerNormalization",
  [2, 3, 4],
  ["data", "data", "weight", "bias", "bias"],
  skipLayerNormalizationGradient,
);
export const skipSimplifiedLayerNormalization = skipNormalization(
  "com.microsoft.SkipSimplifiedLayerNormalization",
  [2, 3],
  ["data", "data", "weight", "bias"],
  skipSimplifiedLayerNormalizationGradient,
);

/** GroupNorm of X, channels last unless `channels_last` is 0. Groups share statistics: no channel can be cut. */
export const microsoftGroupNorm: OpSpec = {
  op: "com.microsoft.GroupNorm",
  roles: () => ["data", "weight", "bias"],
  axes: (node, shape) => (inputShape(node, shape, 0) === undefined ? [] : keepsAll(0)(node, shape).slice(0, 1)),
  infer: sameAs(0),
};

/** The same of X + skip + bias; the sum is the second output. */
export const skipGroupNorm: OpSpec = {
  ...microsoftGroupNorm,
  op: "com.microsoft.SkipGroupNorm",
  roles: () => ["data", "weight", "bias", "data", "bias"],
  infer: ({ node, type }) => perOutput(node, [type(0), type(0)]),
};
