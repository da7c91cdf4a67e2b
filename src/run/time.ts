import { type LatencyMeasurement, type ModelLatency, marginOf, measureLatency } from "@pare/measure";
import type { Tensors } from "@pare/pass";
import type { CheckedRecipe, MeasureSpec } from "@pare/recipe";
import type { Comparison, Metric, TimingRecord } from "@pare/report";
import type { Measured, ModelPair } from "./evaluate.ts";
import { runTimes } from "./run-times.ts";
import { timeComparison } from "./time-comparison.ts";
import { prefixed, type World } from "./tools.ts";

export interface Timed extends Measured {
  readonly timing: TimingRecord;
}

/** One `measure` entry: original and result take turns in one process. */
export async function timeBoth(
  checked: CheckedRecipe,
  index: number,
  pair: ModelPair,
  inputs: Tensors,
  { engine, progress, signal }: World,
): Promise<Timed> {
  const spec = checked.recipe.measure[index]!;
  const measurement = await measureLatency(engine, [{ path: pair.original }, { path: pair.result }], {
    scenario: spec.scenario === "batch" ? { kind: "batch", batch: spec.batch } : { kind: "online" },
    inputs,
    session: { device: spec.device, threads: spec.threads, signal },
    budgetMs: spec.budget * 1000,
    seed: checked.recipe.seed,
    progress: prefixed(progress, spec.name),
    signal,
  });
  const [original, result] = measurement.models as [ModelLatency, ModelLatency];
  return {
    original: timingMetrics(spec, original),
    result: timingMetrics(spec, result),
    comparisons: [comparisonOf(spec, measurement)],
    timing: timingRecord(spec, measurement),
  };
}

function timingMetrics(spec: MeasureSpec, latency: ModelLatency): readonly Metric[] {
  const { runs, throughput } = latency;
  if (spec.scenario === "batch") {
    const interval = throughput.interval && { interval: throughput.interval };
    const name = `throughput.${spec.name}`;
    return [{ name, unit: "per-second", better: "higher", value: throughput.perSecond, ...interval, samples: runs }];
  }
  const metric = (level: number, value: number): Metric => ({
    name: `latency.${spec.name}.p${Math.round(level * 100)}`,
    unit: "ms",
    better: "lower",
    value,
    samples: runs,
  });
  const median = { ...metric(0.5, latency.medianMs), ...(latency.interval && { interval: latency.interval }) };
  const tails = latency.percentiles.filter(({ level }) => level > 0.5);
  return [median, ...tails.map(({ level, value }) => metric(level, value))];
}

function comparisonOf(spec: MeasureSpec, { ratios, noiseFloor }: LatencyMeasurement): Comparison {
  const metric =
    spec.scenario === "batch"
      ? ({ name: `throughput.${spec.name}`, better: "higher" } as const)
      : ({ name: `latency.${spec.name}.p50`, better: "lower" } as const);
  return timeComparison(metric, ratios[1]!, marginOf(noiseFloor));
}

function timingRecord(spec: MeasureSpec, { models, control, noiseFloor }: LatencyMeasurement): TimingRecord {
  const { name, engine, device, threads, scenario, batch } = spec;
  const [original, result] = models as readonly [ModelLatency, ModelLatency];
  const rounds = original.blocksMs.length;
  const counts = { runs: original.runs, rounds, controlRatio: control.ratio, noiseFloor };
  const times = { original: runTimes(original.blocksMs), result: runTimes(result.blocksMs) };
  return { name, engine, device, threads, scenario, batch, ...counts, ...times };
}
