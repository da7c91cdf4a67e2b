import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import {
  judgeRatio,
  type LatencyMeasurement,
  marginOf,
  measureFreshStarts,
  measureLatency,
  median,
  peakMemoryRatio,
  type Scenario,
} from "@pare/measure";
import type { Device, Engine, Progress } from "@pare/pass";
import type { TimingRecord } from "@pare/report";
import { type BenchModel, drawInputs } from "../bench/inputs.ts";
import { timedMetric, timeRow } from "./judge-records.ts";
import type { CompareRow } from "./rows.ts";

export interface RemeasureOptions {
  /** Seconds of timing for each measurement. */
  readonly budget: number;
  readonly seed: number;
  /** Fresh processes for each model; 0: memory is left out. */
  readonly starts: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How a model is measured again: a record's timing without its results. */
export type Measure = Pick<TimingRecord, "name" | "device" | "threads" | "scenario" | "batch">;

/** Both models again, taking turns in one process on this host. */
export async function remeasure(
  files: readonly [base: string, head: string],
  measures: readonly Measure[],
  options: RemeasureOptions,
): Promise<readonly CompareRow[]> {
  const models = files.map((file): BenchModel => ({ file, model: readModelFile(file) }));
  await using engine = createOnnxRuntimeEngine();
  const rows: CompareRow[] = [];
  for (const measure of measures) rows.push(await timeAgain(engine, models, measure, options));
  if (options.starts > 0) rows.push(...(await memoryAgain(engine, models, measures[0] ?? defaultMeasure, options)));
  return rows;
}

const defaultMeasure: Measure = { name: "online", device: "cpu", threads: 1, scenario: "online", batch: 1 };

async function timeAgain(
  engine: Engine,
  models: readonly BenchModel[],
  measure: Measure,
  { budget, seed, progress, signal }: RemeasureOptions,
): Promise<CompareRow> {
  const { name, scenario, batch, threads } = measure;
  const inputs = await drawInputs(models, { batch, shapes: {}, seed, engine, signal });
  const kind: Scenario = scenario === "batch" ? { kind: "batch", batch } : { kind: "online" };
  const measurement = await measureLatency(
    engine,
    models.map(({ file }) => ({ path: file })),
    {
      ...{
        scenario: kind,
        inputs,
        session: { threads, device: measure.device as Device },
        budgetMs: budget * 1000,
        seed,
      },
      ...{ progress: { report: (task, done, total) => progress.report(`${name}: ${task}`, done, total) }, signal },
    },
  );
  const metric = timedMetric({ ...measure, scenario } as TimingRecord);
  const [base, head] = valuesOf(measurement, scenario);
  return timeRow(metric, measurement.ratios[1]!, marginOf(measurement.noiseFloor), { base, head });
}

function valuesOf({ models }: LatencyMeasurement, scenario: Measure["scenario"]): readonly [number, number] {
  const [base, head] = models.map((model) => (scenario === "batch" ? model.throughput.perSecond : model.medianMs));
  return [base!, head!];
}

async function memoryAgain(
  engine: Engine,
  models: readonly BenchModel[],
  { batch, threads, device }: Measure,
  { seed, starts, progress, signal }: RemeasureOptions,
): Promise<readonly CompareRow[]> {
  const inputs = await drawInputs(models, { batch, shapes: {}, seed, engine, signal });
  const files = models.map(({ file }) => file);
  const session = { threads, device: device as Device };
  const [base, head] = await measureFreshStarts(files, { inputs, session, starts, progress, signal });
  const estimate = peakMemoryRatio(base!, head!, seed);
  if (estimate === undefined) return [];
  const { ratio, interval } = estimate;
  return [
    {
      ...{ metric: "memory.peak", kind: "ratio", unit: "bytes", better: "lower" },
      ...{ base: median(base!.peakBytes!), head: median(head!.peakBytes!), value: ratio },
      ...(interval && { interval }),
      ...judgeRatio(estimate, marginOf(0)),
    },
  ];
}
