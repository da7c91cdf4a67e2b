import type { Comparison } from "./record.ts";

/** A change that counts on the quietest machine. */
const leastMargin = 0.02;

/**
 * The noise floor that a verdict rests on: with the margin of 2 % it would not be the same, or a smaller effect could have
 * been seen. Undefined where it rests on none, or where nothing is known of the noise.
 * @param floor of the metric: 0.05 is five per cent
 */
export function decidingFloor(
  { kind, interval, verdict }: Pick<Comparison, "kind" | "interval" | "verdict">,
  floor: number | undefined,
): number | undefined {
  if (floor === undefined || floor <= leastMargin || kind !== "ratio" || interval === undefined) return undefined;
  const limit = 1 + leastMargin;
  const isWithin = interval.low >= 1 / limit && interval.high <= limit;
  return verdict === "cannot-tell" || (verdict === "same" && !isWithin) ? floor : undefined;
}
