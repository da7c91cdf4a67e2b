import {
  type FreshStarts,
  judgeRatio,
  marginOf,
  measureFreshStarts,
  median,
  medianInterval,
  peakMemoryRatio,
  startRatio,
} from "@pare/measure";
import type { SessionOptions, Tensors } from "@pare/pass";
import type { Comparison, Metric } from "@pare/report";
import type { Measured, ModelPair } from "./evaluate.ts";
import type { World } from "./tools.ts";

/** Six give a median its interval. */
const starts = 6;

/** What fresh processes tell of a model. */
type StartMetric = Pick<Metric, "name" | "unit" | "better"> & { readonly of: "coldStartMs" | "loadMs" | "peakBytes" };

const coldStart: StartMetric = { name: "start.cold", unit: "ms", better: "lower", of: "coldStartMs" };
const load: StartMetric = { name: "start.load", unit: "ms", better: "lower", of: "loadMs" };
const peakMemory: StartMetric = { name: "memory.peak", unit: "bytes", better: "lower", of: "peakBytes" };
const startMetrics: readonly StartMetric[] = [coldStart, load, peakMemory];

export const startMetricNames = startMetrics.map(({ name }) => name);

/** Cold start and peak memory, from fresh processes for each model in turn; no memory where the system does not tell. */
export async function measureStarts(
  pair: ModelPair,
  inputs: readonly [original: Tensors, result: Tensors],
  session: SessionOptions,
  seed: number,
  { progress, signal }: World,
): Promise<Measured> {
  const options = { inputs, session, starts, progress, signal };
  const [original, result] = await measureFreshStarts([pair.original, pair.result], options);
  return {
    original: startMetricsOf(original!),
    result: startMetricsOf(result!),
    comparisons: startComparisons(original!, result!, seed),
  };
}

export function startMetricsOf(found: FreshStarts): readonly Metric[] {
  return startMetrics.flatMap(({ of, ...metric }) => {
    const values = found[of];
    if (values === undefined) return [];
    const interval = medianInterval(values);
    return [{ ...metric, value: median(values), ...(interval && { interval }), samples: values.length }];
  });
}

/** Head against base, judged. */
export function startComparisons(
  base: FreshStarts,
  head: FreshStarts,
  seed: number,
): readonly (Comparison & Required<Pick<Comparison, "verdict">>)[] {
  const memory = peakMemoryRatio(base, head, seed);
  const estimates = [
    { metric: coldStart.name, ...startRatio(base.coldStartMs, head.coldStartMs) },
    { metric: load.name, ...startRatio(base.loadMs, head.loadMs) },
    ...(memory === undefined ? [] : [{ metric: peakMemory.name, ...memory, noiseFloor: 0 }]),
  ];
  return estimates.map(({ metric, ratio, interval, noiseFloor }) => ({
    ...{ metric, kind: "ratio", value: ratio, ...(interval && { interval }) },
    ...judgeRatio({ ratio, interval }, marginOf(noiseFloor)),
  }));
}
