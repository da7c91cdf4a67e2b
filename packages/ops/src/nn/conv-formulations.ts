import { byTransposedConv, byTurnedWeights, type DataGradient } from "./data-gradient.ts";
import { asConvolution } from "./weight-gradient/as-convolution.ts";
import { shiftBoth, shiftThenStack, stackThenShift } from "./weight-gradient/by-products.ts";
import { bySlices } from "./weight-gradient/by-slices.ts";
import { depthwise } from "./weight-gradient/depthwise.ts";
import type { WeightGradient } from "./weight-gradient/plane.ts";

/** All ways to a convolution's weight gradient, for comparing them. */
export const weightGradients: Readonly<Record<string, WeightGradient>> = {
  ...{ asConvolution, bySlices, shiftBoth, shiftThenStack, stackThenShift, depthwise },
};

/** All ways to a convolution's data gradient. */
export const dataGradients: Readonly<Record<string, DataGradient>> = { byTurnedWeights, byTransposedConv };

export { fastest as fastestWeightGradient } from "./weight-gradient/weight-gradient.ts";
