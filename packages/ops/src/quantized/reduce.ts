/** Reductions of integers over the attribute `axes`. */
import { type Dim, intAttr, intsAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { inputShape, keeps, mixes } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

function reduction(op: OpName, dtype: (context: InferContext) => DType | undefined, discontinuous: boolean): OpSpec {
  return {
    op,
    roles: () => ["data", "param"],
    axes: (node, shape) => {
      const rank = inputShape(node, shape, 0)?.length ?? 0;
      const reduced = reducedAxes(node, rank);
      const places = placesAfter(node, rank);
      return Array.from({ length: rank }, (_, axis) => {
        const to = places[axis];
        return to === undefined ? [] : [reduced.has(axis) ? mixes(0, axis, to) : keeps(0, axis, to)];
      }).flat();
    },
    infer: (context) => [tensorType(dtype(context), reducedShape(context))],
    ...(discontinuous && { discontinuous }),
  };
}

function reducedAxes(node: Node, rank: number): ReadonlySet<number | undefined> {
  const axes = intsAttr(node, "axes") ?? [];
  return new Set(axes.length === 0 ? Array.from({ length: rank }, (_, i) => i) : axes.map((i) => axisIndex(i, rank)));
}

function isKeptSize(node: Node): boolean {
  return intAttr(node, "keepdims", 1) === 1;
}

/** Where each axis is in the output; undefined where it is gone. */
function placesAfter(node: Node, rank: number): (number | undefined)[] {
  const reduced = reducedAxes(node, rank);
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (isKeptSize(node) || !reduced.has(axis) ? next++ : undefined));
}

function reducedShape({ node, shape }: InferContext): Dim[] | undefined {
  const dims = shape(0);
  if (dims === undefined) return undefined;
  const reduced = reducedAxes(node, dims.length);
  return dims.flatMap((size, axis) => (!reduced.has(axis) ? [size] : isKeptSize(node) ? [1] : []));
}

export const qLinearReduceMean = reduction("com.microsoft.QLinearReduceMean", ({ type }) => dtypeOf(type(0)), true);

/** The sum is int32 or uint32: the operator leaves that open. */
export const reduceSumInteger = reduction("com.microsoft.ReduceSumInteger", () => undefined, false);
