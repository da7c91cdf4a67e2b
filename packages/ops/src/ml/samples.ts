/** What operators of classical machine learning share: samples [N, features], or one sample [features]. */
import type { Attr, Dim, Node } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { InferContext } from "../spec.ts";

/** How many samples input `i` holds. */
export function sampleCount({ shape }: InferContext, i = 0): Dim {
  const dims = shape(i);
  return dims === undefined ? undefined : dims.length < 2 ? 1 : dims[0];
}

/** Elements of a list attribute; 0 where it is absent. */
export function attrLength(node: Node, name: string): number {
  const attr: Attr | undefined = node.attrs.get(name);
  return attr !== undefined && "values" in attr ? attr.values.length : 0;
}

export interface Labels {
  readonly dtype: DType;
  readonly count: number;
}

/** The labels that a classifier gives: strings, or integers under either of two attribute names. */
export function labelsOf(node: Node): Labels {
  const strings = attrLength(node, "classlabels_strings");
  if (strings > 0) return { dtype: "string", count: strings };
  return { dtype: "int64", count: attrLength(node, "classlabels_int64s") || attrLength(node, "classlabels_ints") };
}
