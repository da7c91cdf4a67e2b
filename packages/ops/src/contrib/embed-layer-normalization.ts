/**
 * Word, position and segment embeddings, added and normalized: ids [B, S] and tables […, H] → [B, S, H]. Further
 * outputs: the mask as one number a sample, and the sum before normalization.
 */
import type { OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { keeps, perOutput } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

export function embedding(op: OpName, dtype: (context: InferContext) => DType | undefined): OpSpec {
  return {
    op,
    roles: () => ["data", "data", "weight", "weight", "weight", "weight", "bias", "data", "param"],
    axes: (node) => [
      keeps(0, 0, 0),
      keeps(0, 1, 1),
      ...[2, 3, 4].filter((i) => node.inputs[i] !== undefined).map((i) => keeps(i, 1, 2)),
      keeps(5, 0, 2),
      keeps(6, 0, 2),
    ],
    infer: (context) => {
      const ids = context.shape(0);
      const embedded = tensorType(dtype(context), [ids?.[0], ids?.[1], context.shape(2)?.[1]]);
      return perOutput(context.node, [embedded, tensorType("int32", [ids?.[0]]), embedded]);
    },
  };
}

export const embedLayerNormalization = embedding("com.microsoft.EmbedLayerNormalization", ({ type }) =>
  dtypeOf(type(2)),
);
