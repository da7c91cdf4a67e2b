import { type Judgement, judgeAccuracy } from "@pare/measure";
import type { Interval, Metric } from "@pare/report";

/** 0.2 points; of a metric that is no share, 0.2 % of its value. */
export const smallDrop = 0.002;

/** A metric on the same samples in both models. */
export interface PairedChange extends Pick<Metric, "unit" | "better"> {
  /** The value that it is compared with. */
  readonly base: number;
  readonly difference: number;
  readonly interval?: Interval | undefined;
  readonly pValue?: number | undefined;
}

/** Whichever way of the metric is better. Without an interval and a test nothing can be told. */
export function judgePaired({ unit, better, base, difference, interval, pValue }: PairedChange): Judgement {
  if (interval === undefined || pValue === undefined) return { verdict: "cannot-tell" };
  const drop = unit === "ratio" ? smallDrop : smallDrop * Math.abs(base);
  if (better === "higher") return judgeAccuracy({ difference, interval, pValue }, { drop });
  const turned = { ...interval, low: -interval.high, high: -interval.low };
  const { verdict, smallestEffect } = judgeAccuracy({ difference: -difference, interval: turned, pValue }, { drop });
  return smallestEffect === undefined ? { verdict } : { verdict, smallestEffect: -smallestEffect };
}
