/** Running sums and products along the axis that the second input names. */
import { type Dim, intAttr } from "@pare/ir";
import { addDims, mulDims } from "../dims.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { knownVector } from "../known.ts";
import { inputShape, keeps, opaque, sameAs } from "../rules.ts";
import { constantNumbers } from "../shape/constant.ts";
import type { KnownInts, OpSpec } from "../spec.ts";
import { axisIndex } from "../value-types.ts";
import { runningProductGradient, runningSumGradient } from "./cumulative-gradients.ts";

function cumulative(type: string, combine: (a: Dim, b: Dim) => Dim, start: number, gradient: GradientRule): OpSpec {
  return {
    op: `onnx.${type}`,
    roles: () => ["data", "param"],
    gradient,
    infer: sameAs(0),
    axes: (node, shape) => {
      const rank = inputShape(node, shape, 0)?.length ?? 0;
      const axis = constantNumbers(node, 1)?.[0];
      const along = axis === undefined ? undefined : axisIndex(axis, rank);
      return Array.from({ length: rank }, (_, i) =>
        along === undefined || i === along ? opaque(0, i, i) : keeps(0, i, i),
      );
    },
    propagate: ({ node, ints }) => {
      const known = ints(0);
      const plain = intAttr(node, "exclusive", 0) === 0 && intAttr(node, "reverse", 0) === 0;
      return plain && known?.shape.length === 1 ? [running(known, combine, start)] : [];
    },
  };
}

function running(known: KnownInts, combine: (a: Dim, b: Dim) => Dim, start: number): KnownInts {
  let total: Dim = start;
  return knownVector(
    known.elements.map((element) => {
      total = combine(total, element);
      return total;
    }),
  );
}

export const cumulatives: readonly OpSpec[] = [
  cumulative("CumSum", addDims, 0, runningSumGradient),
  cumulative("CumProd", mulDims, 1, runningProductGradient),
];
