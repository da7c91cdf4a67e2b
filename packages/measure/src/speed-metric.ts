import type { Metric } from "@pare/report";
import type { RatioEstimate } from "./stats/bootstrap.ts";
import type { Interval } from "./stats/interval.ts";
import { type Judgement, judgeRatio, judgeShare, marginOf, widestMargin } from "./verdict.ts";

/** What a measurement gives: p50 to p99 of the latency, runs or requests a second, the share of requests missed. */
export type SpeedKey = "p50" | "p90" | "p95" | "p99" | "throughput" | "drops";

/** One quantity, of every model. */
export interface SpeedMetric {
  readonly key: SpeedKey;
  /** By model; undefined where there were too few runs to say. */
  readonly models: readonly (SpeedValue | undefined)[];
  /** How far from no change the first model against itself reaches: a smaller change is none. */
  readonly noiseFloor: number;
}

export interface SpeedValue {
  readonly value: number;
  readonly interval: Interval | undefined;
  readonly samples: number;
  /** Against the first model. Undefined for the first, and where the two cannot be compared. */
  readonly change: SpeedChange | undefined;
}

/**
 * `ratio`: of times, so that less is better: twice the throughput is one half. `difference`: of shares.
 */
export type SpeedChange =
  | ({ readonly kind: "ratio" } & RatioEstimate)
  | { readonly kind: "difference"; readonly difference: number; readonly interval: Interval };

/** How a record names it: `latency.<name>.p50`, `throughput.<name>`, `drops.<name>`. */
export function speedMetricOf(key: SpeedKey, name: string): Pick<Metric, "name" | "unit" | "better"> {
  if (key === "throughput") return { name: `throughput.${name}`, unit: "per-second", better: "higher" };
  if (key === "drops") return { name: `drops.${name}`, unit: "ratio", better: "lower" };
  return { name: `latency.${name}.${key}`, unit: "ms", better: "lower" };
}

/** Tails and throughput of a machine so loud are not the same even where the interval is narrow. */
export function judgeSpeed(key: SpeedKey, change: SpeedChange, noiseFloor: number): Judgement {
  if (change.kind === "difference") return judgeShare(change, noiseFloor);
  const judgement = judgeRatio(change, marginOf(noiseFloor));
  if (key === "p50" || judgement.verdict !== "same" || noiseFloor <= widestMargin) return judgement;
  return {
    ...judgement,
    verdict: "cannot-tell",
    ...(change.interval && { smallestEffect: ((1 + noiseFloor) * change.ratio) / change.interval.low }),
  };
}

/** How far an estimate reaches from no change. */
export function noiseFloorOf(control: SpeedChange): number {
  const [none, value] = control.kind === "ratio" ? [1, control.ratio] : [0, control.difference];
  const ends = [value, control.interval?.low ?? value, control.interval?.high ?? value];
  return Math.max(...ends.map((end) => Math.abs(end - none)));
}
