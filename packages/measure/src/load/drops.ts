import type { SpeedChange } from "../speed-metric.ts";
import { effectiveCount } from "../stats/autocorrelation.ts";
import { type Interval, interval } from "../stats/interval.ts";
import { proportionInterval } from "../stats/proportion.ts";
import type { SessionStage } from "./stage.ts";

export interface Drops {
  /** Of the requests. */
  readonly share: number;
  readonly interval: Interval;
  readonly requests: number;
}

/** The share of requests that were missed. Where rounds resemble those before them the requests are worth fewer. */
export function dropsOf({ requests, missed }: Pick<SessionStage, "requests" | "missed">): Drops {
  const [all, lost] = [totalOf(requests), totalOf(missed)];
  const share = lost / all;
  const worth = (all * independentShare(requests, missed, share)) | 0;
  const effective = Math.max(1, worth);
  return { share, interval: proportionInterval(Math.round(share * effective), effective), requests: all };
}

/**
 * How the shares of rounds vary, against how they would if every request were missed or not by a chance of its own: a
 * stall takes several at a time.
 */
function independentShare(requests: readonly number[], missed: readonly number[], share: number): number {
  const expected = share * (1 - share);
  if (expected === 0) return 1;
  const spread = requests.map((count, i) => (missed[i]! - share * count) ** 2 / count);
  const found = totalOf(spread) / (requests.length - 1 || 1);
  const shares = Float64Array.from(requests, (count, i) => missed[i]! / count);
  return Math.min(1, expected / found) * (effectiveCount(shares) / shares.length);
}

/**
 * Head − base, from the two intervals: each limit is as far away as those of both reach (Newcombe, "Interval estimation
 * for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10).
 */
export function differenceOfDrops(base: Drops, head: Drops): SpeedChange {
  const difference = head.share - base.share;
  const down = Math.hypot(head.share - head.interval.low, base.interval.high - base.share);
  const up = Math.hypot(head.interval.high - head.share, base.share - base.interval.low);
  return { kind: "difference", difference, interval: interval(difference - down, difference + up) };
}

const totalOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
