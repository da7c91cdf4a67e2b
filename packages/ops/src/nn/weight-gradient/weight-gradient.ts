/**
 * ∂W of a convolution: ∂W[o,c,r,s] = Σ over pictures and windows of ∂Y[o,i,j]·X[c, i·stride + r·dilation − pad, …].
 *
 * portable: one convolution. cpu: over one or two axes and for one group the cheapest form by `cost.ts`; depthwise a form
 * of its own at middling widths.
 */
import type { Value } from "@pare/ir";
import type { Formulation, NodeMaker } from "../../gradient/rule.ts";
import { asConvolution } from "./as-convolution.ts";
import { cheapest } from "./cost.ts";
import { depthwise } from "./depthwise.ts";
import { reshaped, type WeightGradient, type WeightGradientParts } from "./plane.ts";

export function weightGradient(make: NodeMaker, formulation: Formulation, parts: WeightGradientParts): Value {
  if (formulation === "portable") return asConvolution(make, parts);
  return parts.shapes.data.length === 3 ? inPlane(make, parts) : fastest(parts)(make, parts);
}

/**
 * Widths for which every pair of columns costs less than copying each window. Milliseconds as in `cost.ts`, own form and
 * convolution: 96 channels at 8², batch 64: 3.0, 7.2; 512 at 14², batch 8: 5.9, 22; 32 at 32², batch 64: 22, 34. At 4² the
 * products are too many (57, 31), from 112² on too large. Multiplying shifted or sliced copies took longer than both.
 */
const narrowestDepthwise = 6;
const widestDepthwise = 56;

/** The form that takes the least time in ONNX Runtime's CPU provider. */
export function fastest({ shapes, window }: Pick<WeightGradientParts, "shapes" | "window">): WeightGradient {
  const [, channels, , width] = shapes.data as [number, number, number, number];
  if (shapes.data.length !== 4) return asConvolution;
  if (window.group === 1) return cheapest(shapes, window);
  const isDepthwise = window.group === channels && window.group === shapes.weight[0];
  const isDense = window.strides.every((stride) => stride === 1);
  return isDepthwise && isDense && width >= narrowestDepthwise && width <= widestDepthwise ? depthwise : asConvolution;
}

/** A row is a picture of height 1. */
function inPlane(make: NodeMaker, { data, gradient, shapes, window }: WeightGradientParts): Value {
  const [flat, plane] = [shapes, mapShapes(shapes, (shape) => [...shape.slice(0, 2), 1, ...shape.slice(2)])];
  const { kernel, strides, dilations, padsBegin, padsEnd, group } = window;
  const parts = {
    data: reshaped(make, data, plane.data),
    gradient: reshaped(make, gradient, plane.output),
    shapes: plane,
    window: {
      ...{ kernel: [1, ...kernel], strides: [1, ...strides], dilations: [1, ...dilations], group },
      ...{ padsBegin: [0, ...padsBegin], padsEnd: [0, ...padsEnd] },
    },
  };
  return reshaped(make, fastest(parts)(make, parts), flat.weight);
}

function mapShapes(
  { data, weight, output }: WeightGradientParts["shapes"],
  change: (shape: readonly number[]) => readonly number[],
) {
  return { data: change(data), weight: change(weight), output: change(output) };
}
