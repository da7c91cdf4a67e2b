/**
 * ∂W of a convolution: ∂W[o,c,r,s] = Σ over pictures and windows of ∂Y[o,i,j]·X[c, i·stride + r·dilation − pad, …].
 */
import type { Value } from "@pare/ir";
import type { Formulation, NodeMaker } from "../../gradient/rule.ts";
import { asConvolution } from "./as-convolution.ts";
import { shiftBoth, shiftThenStack } from "./by-products.ts";
import { depthwiseByShifts } from "./depthwise.ts";
import type { WeightGradientParts } from "./plane.ts";

/** A shift costs the width, a product the channels: for wide pictures of few channels the plain form is cheaper. */
const widest = 16;

export function weightGradient(make: NodeMaker, formulation: Formulation, parts: WeightGradientParts): Value {
  const { shapes, window } = parts;
  const { data, weight } = shapes;
  if (formulation === "portable" || data.length !== 4 || data[3]! > widest * Math.max(weight[0]!, 8))
    return asConvolution(make, parts);
  const isDepthwise = window.group > 1 && window.group === data[1] && window.group === weight[0];
  if (isDepthwise) return depthwiseByShifts(make, parts);
  if (window.group > 1) return asConvolution(make, parts);
  return (window.strides.every((stride) => stride === 1) ? shiftBoth : shiftThenStack)(make, parts);
}
