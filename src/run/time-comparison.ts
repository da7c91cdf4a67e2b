import {
  type Judgement,
  judgeRatio,
  judgeSpeed,
  type RatioEstimate,
  type SpeedChange,
  type SpeedKey,
  speedMetricOf,
} from "@pare/measure";
import type { Comparison, Metric } from "@pare/report";

type Judged = Comparison & Required<Pick<Comparison, "verdict">>;

/**
 * A ratio of times as the comparison of its metric, judged. Of throughput it is the other way round: what takes half the
 * time does twice as much.
 */
export function timeComparison(
  { name, better }: Pick<Metric, "name" | "better">,
  estimate: RatioEstimate,
  margin: number,
): Judged {
  return ratioComparison({ name, better }, estimate, judgeRatio(estimate, margin));
}

/** A change of a speed metric as the comparison of a record. @param name of the measurement */
export function speedComparison(key: SpeedKey, name: string, change: SpeedChange, noiseFloor: number): Judged {
  const metric = speedMetricOf(key, name);
  const judgement = judgeSpeed(key, change, noiseFloor);
  if (change.kind === "ratio") return ratioComparison(metric, change, judgement);
  const { difference, interval } = change;
  return { metric: metric.name, kind: "difference", value: difference, interval, ...judgement };
}

function ratioComparison(
  { name, better }: Pick<Metric, "name" | "better">,
  { ratio, interval }: RatioEstimate,
  { verdict, smallestEffect }: Judgement,
): Judged {
  const isTurned = better === "higher";
  const turn = (value: number) => (isTurned ? 1 / value : value);
  const range = interval && (isTurned ? { ...interval, low: 1 / interval.high, high: 1 / interval.low } : interval);
  return {
    ...{ metric: name, kind: "ratio", value: turn(ratio) },
    ...(range && { interval: range }),
    verdict,
    ...(smallestEffect !== undefined && { smallestEffect: turn(smallestEffect) }),
  };
}
