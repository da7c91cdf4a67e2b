import * as z from "zod";

export const calibrationMethods = ["minmax", "moving-average", "mean-minmax", "percentile", "entropy", "mse"] as const;

export type CalibrationMethod = (typeof calibrationMethods)[number];

export const calibrationOptions = {
  calibrate: z
    .enum(calibrationMethods)
    .default("minmax")
    .describe(
      "How ranges of activations are found. minmax: all that was seen. moving-average, mean-minmax: of the ends of each " +
        "sample. percentile, entropy, mse: large values that are rare are cut off. Default minmax.",
    ),
  percentile: z
    .number()
    .min(50)
    .max(100)
    .default(99.999)
    .describe("Of percentile: share of the values that the range holds, per cent. Default 99.999."),
  tails: z
    .enum(["separate", "symmetric"])
    .default("separate")
    .describe("Of percentile: half of the rest is cut from each end, or all of it by magnitude. Default separate."),
};

/** How the ranges of activations are found; each has its default in `calibrationOptions`. */
export interface CalibrationOptions {
  readonly calibrate?: CalibrationMethod | undefined;
  readonly percentile?: number | undefined;
  readonly tails?: "separate" | "symmetric" | undefined;
}
