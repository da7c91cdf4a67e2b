import { createOnnxRuntimeEngine, describeMachine, type OnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import {
  type FreshStarts,
  type Host,
  hostOf,
  type Judgement,
  judgeRatio,
  judgeSpeed,
  type ModelSpeed,
  marginOf,
  measureFreshStarts,
  measureSpeed,
  peakMemoryRatio,
  type RatioEstimate,
  type SpeedMeasurement,
  type SpeedMetric,
  type SpeedScenario,
  startRatio,
} from "@pare/measure";
import type { Device, Progress, Tensors } from "@pare/pass";
import type { Comparison, ModelProfile } from "@pare/report";
import { filesOf, sizeOf } from "../model/disk.ts";
import { profileModel } from "../run/profile.ts";
import { scenarioOf } from "../run/time.ts";
import { speedComparison } from "../run/time-comparison.ts";
import { firstSamples, readTestData } from "./data-inputs.ts";
import { type CompressedSizes, compressedSizes } from "./file-sizes.ts";
import { type BenchModel, batchOf, drawInputs } from "./inputs.ts";

export interface BenchOptions {
  /** Default online. */
  readonly scenario?: SpeedScenario["kind"];
  /** Samples a run; default 1, batch 32, or what the models have fixed. */
  readonly batch?: number;
  /** Streaming: requests a second. Default: only the highest rate is measured. */
  readonly rate?: number;
  /** Server: the latency to keep, ms. */
  readonly boundMs?: number;
  /** Server: of the requests that keep it, per cent; default 99. */
  readonly percentile?: number;
  /** Default 1. */
  readonly threads?: number;
  /** Default "cpu". */
  readonly device?: Device;
  /** Seconds of timing for all models together; default 20. */
  readonly budget?: number;
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** A recipe whose test data and `input` section feed the models. Default: random inputs. */
  readonly data?: string;
  readonly seed?: number;
  /** Fresh processes for cold start and memory, for each model; default 6, 0: none. */
  readonly starts?: number;
  /** Also the time of every node, from the runtime's own trace of further runs. Default false. */
  readonly nodes?: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface BenchedModel {
  readonly file: string;
  readonly sizeBytes: number;
  readonly compressed: CompressedSizes | undefined;
  readonly latency: ModelSpeed["latency"];
  /** Streaming and server: the highest rate, and what was missed at the rate that `latency` is of. */
  readonly load: ModelSpeed["load"];
  readonly starts: FreshStarts | undefined;
  readonly profile: ModelProfile | undefined;
  /** Against the first model; undefined for the first. */
  readonly against: BenchComparison | undefined;
}

export interface BenchComparison {
  /** Of the median times; of highest rates the other way round, so that less is better here too. */
  readonly latency: RatioEstimate & Judgement;
  /** Of each metric that there are runs enough to compare, as a record has it. */
  readonly metrics: readonly Comparison[];
  readonly memory: (RatioEstimate & Judgement) | undefined;
  readonly coldStart: (RatioEstimate & Judgement) | undefined;
}

export interface Bench {
  readonly scenario: SpeedScenario;
  readonly batch: number;
  readonly threads: number;
  readonly device: Device;
  readonly seed: number;
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly models: readonly BenchedModel[];
  /** The first model against itself. */
  readonly control: RatioEstimate;
  readonly noiseFloor: number;
  /** What a ratio must exceed to count. */
  readonly margin: number;
  readonly warmUp: SpeedMeasurement["warmUp"];
  readonly host: Host;
}

/** Times models side by side in one process, and starts each of them afresh. @throws those of the models and BENCH_… */
export async function benchModels(files: readonly string[], options: BenchOptions = {}): Promise<Bench> {
  const { threads = 1, device = "cpu", seed = 0, progress = { report: () => {} } } = options;
  const signal = options.signal ?? new AbortController().signal;
  const models = files.map((file): BenchModel => ({ file, model: readModelFile(file) }));
  await using engine = createOnnxRuntimeEngine();
  const inputs = await inputsFor(models, options, engine, signal);
  const batch = batchOf(inputs[0]!);
  const scenario = scenarioOf({ ...options, scenario: options.scenario ?? "online", batch });
  const session = { device, threads };
  const measurement = await measureSpeed(
    engine,
    files.map((path) => ({ path })),
    { scenario, inputs, session, budgetMs: (options.budget ?? 20) * 1000, seed, progress, signal },
  );
  const starts =
    options.starts === 0
      ? undefined
      : await measureFreshStarts(files, { inputs, session, starts: options.starts ?? 6, progress, signal });
  const world = { engine, signal };
  const profiles: ModelProfile[] = [];
  // Another device than the processor may leave nodes to it: that is always told.
  if (options.nodes || device !== "cpu")
    for (const [i, file] of files.entries()) profiles.push(await profileModel(file, inputs[i]!, session, world));
  const benched = await Promise.all(
    models.map(async (each, i) => ({
      ...(await summarise(each, i, measurement, starts, seed)),
      profile: profiles[i],
    })),
  );
  const { control, noiseFloor, warmUp } = measurement;
  return {
    ...{ scenario, batch, threads, device, seed, inputs: described(inputs[0]!), models: benched, control, noiseFloor },
    ...{ margin: marginOf(noiseFloor), warmUp, host: hostOf(describeMachine(), await engine.runtime()) },
  };
}

async function inputsFor(
  models: readonly BenchModel[],
  { scenario, batch: given, inputShapes: shapes = {}, data, seed = 0 }: BenchOptions,
  engine: OnnxRuntimeEngine,
  signal: AbortSignal,
): Promise<readonly Tensors[]> {
  const batch = given ?? (scenario === "batch" ? 32 : undefined);
  if (data !== undefined) {
    const fed = await readTestData(data, models[0]!.file);
    return await firstSamples(models, { ...fed, batch, engine, signal });
  }
  return await drawInputs(models, { batch, shapes, seed, engine, signal });
}

async function summarise(
  { file, model }: BenchModel,
  index: number,
  { scenario, models, metrics }: SpeedMeasurement,
  starts: readonly FreshStarts[] | undefined,
  seed: number,
): Promise<Omit<BenchedModel, "profile">> {
  const paths = filesOf(model, file);
  const sizeBytes = sizeOf(paths);
  const memory = starts && index > 0 ? peakMemoryRatio(starts[0]!, starts[index]!, seed) : undefined;
  const coldStart = starts && index > 0 ? startRatio(starts[0]!.coldStartMs, starts[index]!.coldStartMs) : undefined;
  return {
    file,
    sizeBytes,
    compressed: await compressedSizes(paths, sizeBytes),
    ...models[index]!,
    starts: starts?.[index],
    against:
      index === 0
        ? undefined
        : {
            latency: judged(metrics[0]!, index),
            metrics: metrics.flatMap(({ key, models, noiseFloor }) => {
              const change = models[index]?.change;
              return change === undefined ? [] : [speedComparison(key, scenario.kind, change, noiseFloor)];
            }),
            memory: memory && { ...memory, ...judgeRatio(memory, marginOf(0)) },
            coldStart: coldStart && { ...coldStart, ...judgeRatio(coldStart, marginOf(coldStart.noiseFloor)) },
          },
  };
}

/** What stands for the speed. Rates cannot be compared where one model does not keep up with any. */
function judged({ key, models, noiseFloor }: SpeedMetric, index: number): RatioEstimate & Judgement {
  const change = models[index]?.change;
  if (change?.kind !== "ratio") return { ratio: Number.NaN, interval: undefined, verdict: "not-comparable" };
  const { ratio, interval } = change;
  return { ratio, interval, ...judgeSpeed(key, change, noiseFloor) };
}

function described(inputs: Tensors): Bench["inputs"] {
  return [...inputs].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}
