import type { Interval } from "@pare/report";

export type { Interval };

/** Of every interval in this package: over many measurements, 95 of 100 intervals hold the true value. */
export const confidence = 0.95;

export function interval(low: number, high: number): Interval {
  return { low, high, confidence };
}
