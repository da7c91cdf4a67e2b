/**
 * How long models take, measured side by side.
 *
 * 1. All models are open in one process at the same time and take turns in short blocks, in an order drawn anew each
 *    round: what slows the machine down for a while slows all of them down.
 * 2. The first model is opened twice. The ratio of its two sessions is 1 but for noise: the A/A control. A difference
 *    smaller than what the control shows is no difference.
 * 3. Nothing is counted until the models have stopped becoming faster.
 * 4. A percentile is given only where there are enough runs to bound it.
 */
import type { Model } from "@pare/ir";
import type { Engine, Progress, Session, SessionOptions, Tensors, TimedSession } from "@pare/pass";
import { noModelsError } from "./errors.ts";
import { type RatioEstimate, ratioOfMedians } from "./stats/bootstrap.ts";
import { type Interval, interval } from "./stats/interval.ts";
import { median, medianInterval, type Percentile, percentile } from "./stats/quantile.ts";
import { type PlannedTiming, planTiming } from "./timing-plan.ts";
import { type WarmUp, warmUp } from "./warm-up.ts";

/** `online`: one request at a time, latency counts. `batch`: many samples a run, throughput counts. */
export type Scenario = { readonly kind: "online" } | { readonly kind: "batch"; readonly batch: number };

export interface LatencyOptions {
  /** Default online. */
  readonly scenario?: Scenario;
  /** What every run is given: one sample for online, `scenario.batch` of them for batch. */
  readonly inputs: Tensors;
  readonly session?: SessionOptions;
  /** Milliseconds for warm-up and runs together; default 5,000. Slow models may take longer: six runs at least. */
  readonly budgetMs?: number;
  /** Of the blocks' order and of the bootstrap. Default 0. */
  readonly seed?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface Throughput {
  /** Samples a second, from the median run. */
  readonly perSecond: number;
  readonly interval: Interval | undefined;
}

export interface ModelLatency {
  /** Median of all counted runs. */
  readonly medianMs: number;
  /** From the medians of the blocks, since runs within a block resemble each other. */
  readonly interval: Interval | undefined;
  /** Those of p50, p90, p95, p99 that this number of runs can bound. */
  readonly percentiles: readonly Percentile[];
  readonly throughput: Throughput;
  /** Counted runs. */
  readonly runs: number;
  /** Their durations by block. */
  readonly blocksMs: readonly Float64Array[];
}

export interface LatencyMeasurement {
  readonly scenario: Scenario;
  readonly models: readonly ModelLatency[];
  /** Median of each model ÷ median of the first; that of the first is 1. */
  readonly ratios: readonly RatioEstimate[];
  /** The first model against itself. */
  readonly control: RatioEstimate;
  /** A ratio within 1 ± this cannot be told from 1: the control's interval reaches that far. */
  readonly noiseFloor: number;
  readonly warmUp: WarmUp;
  readonly plan: PlannedTiming;
}

const levels = [0.5, 0.9, 0.95, 0.99];
const warmUpShare = 0.2;

/**
 * @param models the first is what the others are compared with; the engine gets a session of its own for each
 * @throws MEASURE_MODELS; those of the engine
 */
export async function measureLatency(
  engine: Engine,
  models: readonly (Model | { readonly path: string })[],
  options: LatencyOptions,
): Promise<LatencyMeasurement> {
  const [first] = models;
  if (first === undefined) throw noModelsError();
  const sessions: Session[] = [];
  try {
    for (const model of [...models, first]) sessions.push(await engine.open(model, options.session));
    const timed = sessions.map((session) => ({ session, inputs: options.inputs }));
    return await measureSessions(engine, timed, options);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

/** The last session is the control: the first model once more. */
async function measureSessions(
  engine: Engine,
  timed: readonly TimedSession[],
  options: LatencyOptions,
): Promise<LatencyMeasurement> {
  const { scenario = { kind: "online" }, budgetMs = 5000, seed = 0, progress } = options;
  const signal = options.signal !== undefined && { signal: options.signal };
  const warm = await warmUp(engine, timed, budgetMs * warmUpShare, { ...signal });
  const roundMs = warm.typicalMs.reduce((sum, ms) => sum + ms, 0);
  const plan = planTiming({ budgetMs: budgetMs * (1 - warmUpShare), roundMs, seed });
  const { durationsUs } = await engine.time(timed, plan, {
    ...signal,
    progress: (done, total) => progress?.report(`timing ${scenario.kind}`, done, total),
  });
  const blocks = durationsUs.map((model) => model.map((block) => countedMs(block, plan)));
  const [base, control] = [blocks[0]!, blocks.at(-1)!];
  const controlRatio = ratioOfMedians({ base, head: control }, seed);
  return {
    scenario,
    models: blocks.slice(0, -1).map((model) => summarise(model, scenario)),
    ratios: blocks.slice(0, -1).map((head) => ratioOfMedians({ base, head }, seed)),
    control: controlRatio,
    noiseFloor: noiseFloorOf(controlRatio),
    warmUp: warm,
    plan,
  };
}

function countedMs(block: Float64Array, { settlingRuns }: PlannedTiming): Float64Array {
  return block.subarray(settlingRuns).map((us) => us / 1000);
}

function summarise(blocksMs: readonly Float64Array[], scenario: Scenario): ModelLatency {
  const all = Float64Array.from(blocksMs.flatMap((block) => [...block]));
  const medianMs = median(all);
  const range = medianInterval(blocksMs.map(median));
  const perSecond = (ms: number) => ((scenario.kind === "batch" ? scenario.batch : 1) * 1000) / ms;
  return {
    medianMs,
    interval: range,
    percentiles: levels.flatMap((level) => percentile(all, level) ?? []),
    throughput: {
      perSecond: perSecond(medianMs),
      interval: range && interval(perSecond(range.high), perSecond(range.low)),
    },
    runs: all.length,
    blocksMs,
  };
}

function noiseFloorOf({ ratio, interval: range }: RatioEstimate): number {
  return Math.max(...[ratio, range?.low ?? ratio, range?.high ?? ratio].map((value) => Math.abs(value - 1)));
}
