import {
  type ModelSpeed,
  measureSpeed,
  type SpeedMeasurement,
  type SpeedMetric,
  type SpeedScenario,
  speedMetricOf,
} from "@pare/measure";
import type { Tensors } from "@pare/pass";
import type { CheckedRecipe, MeasureSpec } from "@pare/recipe";
import type { Comparison, Metric, TimingRecord } from "@pare/report";
import type { Measured, ModelPair } from "./evaluate.ts";
import { runTimes } from "./run-times.ts";
import { speedComparison } from "./time-comparison.ts";
import { prefixed, type World } from "./tools.ts";

export interface Timed extends Measured {
  readonly timing: TimingRecord;
}

/** One `measure` entry: original and result take turns in one process. */
export async function timeBoth(
  checked: CheckedRecipe,
  index: number,
  pair: ModelPair,
  inputs: readonly [original: Tensors, result: Tensors],
  { engine, progress, signal }: World,
): Promise<Timed> {
  const spec = checked.recipe.measure[index]!;
  const measurement = await measureSpeed(engine, [{ path: pair.original }, { path: pair.result }], {
    scenario: scenarioOf(spec),
    inputs,
    session: { device: spec.device, threads: spec.threads, signal },
    budgetMs: spec.budget * 1000,
    seed: checked.recipe.seed,
    progress: prefixed(progress, spec.name),
    signal,
  });
  const { metrics } = measurement;
  return {
    original: metrics.flatMap((metric) => metricOf(metric, spec.name, 0)),
    result: metrics.flatMap((metric) => metricOf(metric, spec.name, 1)),
    comparisons: metrics.flatMap((metric) => comparisonOf(metric, spec.name)),
    timing: timingRecord(spec, measurement),
  };
}

/** What a recipe or a record says of a measurement, as a scenario. */
export function scenarioOf({
  scenario,
  ...how
}: Pick<MeasureSpec, "scenario" | "batch" | "rate" | "boundMs" | "percentile">): SpeedScenario {
  const { batch, rate, boundMs = 0, percentile = 99 } = how;
  if (scenario === "batch") return { kind: "batch", batch };
  if (scenario === "streaming") return { kind: "streaming", ...(rate !== undefined && { rate }) };
  return scenario === "server" ? { kind: "server", boundMs, percentile } : { kind: "online" };
}

function metricOf({ key, models }: SpeedMetric, name: string, index: number): readonly Metric[] {
  const found = models[index];
  if (found === undefined) return [];
  const { value, interval, samples } = found;
  return [{ ...speedMetricOf(key, name), value, ...(interval && { interval }), samples }];
}

function comparisonOf({ key, models, noiseFloor }: SpeedMetric, name: string): readonly Comparison[] {
  const change = models[1]?.change;
  return change === undefined ? [] : [speedComparison(key, name, change, noiseFloor)];
}

function timingRecord(spec: MeasureSpec, measurement: SpeedMeasurement): TimingRecord {
  const { models, metrics, control, noiseFloor, rounds } = measurement;
  const { name, engine, device, threads, scenario, batch, rate, boundMs, percentile } = spec;
  const [original, result] = models as readonly [ModelSpeed, ModelSpeed];
  const compared = metrics.filter((metric) => metric.models[1]?.change !== undefined);
  return {
    ...{ name, engine, device, threads, scenario, batch },
    ...(rate !== undefined && { rate }),
    ...(boundMs !== undefined && { boundMs }),
    ...(percentile !== undefined && { percentile }),
    ...{ runs: original.latency.runs, rounds, controlRatio: control.ratio, noiseFloor },
    noiseFloors: Object.fromEntries(compared.map((each) => [speedMetricOf(each.key, name).name, each.noiseFloor])),
    ...{ original: runTimes(original.latency.blocksMs), result: runTimes(result.latency.blocksMs) },
  };
}
