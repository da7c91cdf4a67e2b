import type { ModelLatency } from "./latency-summary.ts";
import { noiseFloorOf, type SpeedKey, type SpeedMetric, type SpeedValue } from "./speed-metric.ts";
import { type RatioEstimate, ratioOfPercentiles } from "./stats/bootstrap.ts";

export interface TimedModels {
  readonly summaries: readonly ModelLatency[];
  /** By model, against the first. */
  readonly medianRatios: readonly RatioEstimate[];
  readonly medianFloor: number;
  /** Runs of the first model's second session, by block. */
  readonly control: readonly Float64Array[];
}

interface Tail {
  readonly key: SpeedKey;
  readonly level: number;
}

const tails: readonly Tail[] = [
  { key: "p90", level: 0.9 },
  { key: "p95", level: 0.95 },
  { key: "p99", level: 0.99 },
];

/** p50, p90, p95, p99, each with its interval and its ratio to the first model's. */
export function latencyMetrics(timed: TimedModels, seed: number): readonly SpeedMetric[] {
  const { summaries, medianRatios, medianFloor } = timed;
  const median: SpeedMetric = {
    key: "p50",
    noiseFloor: medianFloor,
    models: summaries.map(({ medianMs, interval, runs }, i) => ({
      ...{ value: medianMs, interval, samples: runs },
      change: i === 0 ? undefined : { kind: "ratio", ...medianRatios[i]! },
    })),
  };
  return [median, ...tails.map((tail) => tailMetric(tail, timed, seed))];
}

/** Compared only where the control, too, has an interval: without one nothing is known of the noise. */
function tailMetric({ key, level }: Tail, { summaries, control }: TimedModels, seed: number): SpeedMetric {
  const base = summaries[0]!.blocksMs;
  const controlRatio = ratioOfPercentiles({ base, head: control }, level, seed);
  const isKnown = controlRatio.interval !== undefined;
  const changeOf = (head: ModelLatency, i: number): SpeedValue["change"] => {
    if (i === 0 || !isKnown) return undefined;
    const ratio = ratioOfPercentiles({ base, head: head.blocksMs }, level, seed);
    return ratio.interval && { kind: "ratio", ...ratio };
  };
  return {
    key,
    noiseFloor: noiseFloorOf({ kind: "ratio", ...controlRatio }),
    models: summaries.map((model, i) => {
      const found = model.percentiles.find((percentile) => percentile.level === level);
      const { value, interval } = found ?? {};
      return value === undefined ? undefined : { value, interval, samples: model.runs, change: changeOf(model, i) };
    }),
  };
}

export function throughputMetric(
  models: readonly ModelLatency[],
  ratios: readonly RatioEstimate[],
  noiseFloor: number,
): SpeedMetric {
  return {
    key: "throughput",
    noiseFloor,
    models: models.map(({ throughput, runs }, i) => ({
      ...{ value: throughput.perSecond, interval: throughput.interval, samples: runs },
      change: i === 0 ? undefined : { kind: "ratio", ...ratios[i]! },
    })),
  };
}
