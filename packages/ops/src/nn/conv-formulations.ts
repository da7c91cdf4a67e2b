import { byStuffing, byTransposedConv, byTurnedWeights, type DataGradient } from "./data-gradient.ts";
import { asConvolution } from "./weight-gradient/as-convolution.ts";
import { shiftBoth, shiftFlat, shiftThenStack, stackThenShift } from "./weight-gradient/by-products.ts";
import { bySlices } from "./weight-gradient/by-slices.ts";
import { depthwiseByColumns, depthwiseByShifts, depthwiseBySlices } from "./weight-gradient/depthwise.ts";
import type { WeightGradient } from "./weight-gradient/plane.ts";

/** All ways to a convolution's weight gradient, for comparing them. */
export const weightGradients: Readonly<Record<string, WeightGradient>> = {
  ...{ asConvolution, bySlices, shiftBoth, shiftThenStack, stackThenShift, shiftFlat },
  ...{ depthwiseByShifts, depthwiseByColumns, depthwiseBySlices },
};

/** All ways to a convolution's data gradient. */
export const dataGradients: Readonly<Record<string, DataGradient>> = { byTurnedWeights, byTransposedConv, byStuffing };
