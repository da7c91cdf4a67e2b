/** Operators that give back what they get, element by element or matrix by matrix. */
import { keepsAll, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

/** The inverse of each matrix of […, M, M]. */
export const inverse: OpSpec = {
  op: "com.microsoft.Inverse",
  axes: (node, shape) =>
    keepsAll(0)(node, shape).map((link, axis, all) => (axis < all.length - 2 ? link : opaque(0, axis, axis))),
  infer: sameAs(0),
};

/** Scores [B, vocabulary] with those struck out that would repeat a run of tokens. */
export const nGramRepeatBlock: OpSpec = {
  op: "com.microsoft.NGramRepeatBlock",
  axes: keepsAll(1),
  infer: sameAs(1),
  discontinuous: true,
};
