import { judgeRatio, type RatioEstimate } from "@pare/measure";
import type { Comparison, Metric } from "@pare/report";

/**
 * A ratio of times as the comparison of its metric, judged. Of throughput it is the other way round: what takes half the
 * time does twice as much.
 */
export function timeComparison(
  { name, better }: Pick<Metric, "name" | "better">,
  estimate: RatioEstimate,
  margin: number,
): Comparison & Required<Pick<Comparison, "verdict">> {
  const { ratio, interval } = estimate;
  const isTurned = better === "higher";
  const turn = (value: number) => (isTurned ? 1 / value : value);
  const range = interval && (isTurned ? { ...interval, low: 1 / interval.high, high: 1 / interval.low } : interval);
  const { verdict, smallestEffect } = judgeRatio(estimate, margin);
  return {
    ...{ metric: name, kind: "ratio", value: turn(ratio) },
    ...(range && { interval: range }),
    verdict,
    ...(smallestEffect !== undefined && { smallestEffect: turn(smallestEffect) }),
  };
}
