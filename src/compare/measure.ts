import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { measureFreshStarts, measureSpeed, type SpeedMetric, speedMetricOf } from "@pare/measure";
import type { Device, Engine, Progress } from "@pare/pass";
import type { Metric, TimingRecord } from "@pare/report";
import type { BenchModel } from "../bench/inputs.ts";
import { startComparisons, startMetricsOf } from "../run/starts.ts";
import { scenarioOf } from "../run/time.ts";
import { speedComparison } from "../run/time-comparison.ts";
import { type CompareRow, notComparable } from "./rows.ts";
import type { Feed } from "./timing-feed.ts";

export interface RemeasureOptions {
  /** Seconds of timing for each measurement. */
  readonly budget: number;
  readonly seed: number;
  /** Fresh processes for each model; 0: cold start and memory are left out. */
  readonly starts: number;
  /** What the models are timed on. */
  readonly feed: Feed;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How a model is measured again: a record's timing without its results. */
export type Measure = Pick<
  TimingRecord,
  "name" | "device" | "threads" | "scenario" | "batch" | "rate" | "boundMs" | "percentile"
>;

/** Both models again, taking turns in one process on this host. */
export async function remeasure(
  files: readonly [base: string, head: string],
  measures: readonly Measure[],
  options: RemeasureOptions,
): Promise<readonly CompareRow[]> {
  const models = files.map((file): BenchModel => ({ file, model: readModelFile(file) }));
  await using engine = createOnnxRuntimeEngine();
  const rows: CompareRow[] = [];
  for (const measure of measures) rows.push(...(await timeAgain(engine, models, measure, options)));
  if (options.starts > 0) rows.push(...(await startAgain(engine, models, measures[0] ?? defaultMeasure, options)));
  return rows;
}

const defaultMeasure: Measure = { name: "online", device: "cpu", threads: 1, scenario: "online", batch: 1 };

async function timeAgain(
  engine: Engine,
  models: readonly BenchModel[],
  measure: Measure,
  { budget, seed, feed, progress, signal }: RemeasureOptions,
): Promise<readonly CompareRow[]> {
  const { name, batch, threads } = measure;
  const inputs = await feed(models, { batch, seed, engine, signal });
  const { metrics } = await measureSpeed(
    engine,
    models.map(({ file }) => ({ path: file })),
    {
      ...{ scenario: scenarioOf(measure), inputs, session: { threads, device: measure.device as Device } },
      ...{ budgetMs: budget * 1000, seed },
      ...{ progress: { report: (task, done, total) => progress.report(`${name}: ${task}`, done, total) }, signal },
    },
  );
  return metrics.flatMap((metric) => speedRow(metric, name));
}

/** None of a percentile that too few runs bound to be compared; of what stands for the speed always one. */
function speedRow({ key, models, noiseFloor }: SpeedMetric, name: string): readonly CompareRow[] {
  const [base, head] = models;
  if (head?.change === undefined)
    return key === "throughput" ? [notComparable(speedMetricOf(key, name), "no rate meets the bound or keeps up")] : [];
  const { unit, better } = speedMetricOf(key, name);
  const compared = speedComparison(key, name, head.change, noiseFloor);
  return [{ ...compared, unit, better, noiseFloor, base: base?.value, head: head.value }];
}

async function startAgain(
  engine: Engine,
  models: readonly BenchModel[],
  { batch, threads, device }: Measure,
  { seed, starts, feed, progress, signal }: RemeasureOptions,
): Promise<readonly CompareRow[]> {
  const inputs = await feed(models, { batch, seed, engine, signal });
  const files = models.map(({ file }) => file);
  const session = { threads, device: device as Device };
  const found = await measureFreshStarts(files, { inputs, session, starts, progress, signal });
  const [before, after] = found.map(startMetricsOf);
  const metricOf = (metrics: readonly Metric[], name: string) => metrics.find((metric) => metric.name === name)!;
  return startComparisons(found[0]!, found[1]!, seed).map((comparison) => {
    const { unit, better, value: base } = metricOf(before!, comparison.metric);
    return { ...comparison, unit, better, base, head: metricOf(after!, comparison.metric).value };
  });
}
