/**
 * How long models take, measured side by side.
 *
 * 1. All models are open in one process at the same time and take turns in short blocks, in an order drawn anew each
 *    round: what slows the machine down for a while slows all of them down.
 * 2. The first model is opened twice. The ratio of its two sessions is 1 but for noise: the A/A control. A difference
 *    smaller than what the control shows is no difference.
 * 3. Nothing is counted until the models have stopped becoming faster.
 * 4. It goes on in stages until every ratio is known to half a per cent and p99 can be bound, or the budget is spent.
 * 5. A percentile is given only where there are enough independent runs to bound it and all lower ones; p90 to p99 never
 *    contradict each other: see `summariseRuns`.
 */
import type { Model } from "@pare/ir";
import type { Engine, Progress, Session, SessionOptions, Tensors, TimedSession } from "@pare/pass";
import { noModelsError } from "./errors.ts";
import { latencyMetrics, throughputMetric } from "./latency-metrics.ts";
import { estimatePercentile, estimatePercentiles, type ModelLatency, summariseRuns } from "./latency-summary.ts";
import { noiseFloorOf, type SpeedMetric } from "./speed-metric.ts";
import { type RatioEstimate, ratioOfMedians } from "./stats/bootstrap.ts";
import { type PlannedTiming, planTiming } from "./timing-plan.ts";
import { type WarmUp, warmUp } from "./warm-up.ts";

/** `online`: one request at a time, latency counts. `batch`: many samples a run, throughput counts. */
export type Scenario = { readonly kind: "online" } | { readonly kind: "batch"; readonly batch: number };

export interface LatencyOptions {
  /** Default online. */
  readonly scenario?: Scenario;
  /** What every run is given: one sample for online, `scenario.batch` of them for batch. A list: one for each model. */
  readonly inputs: Tensors | readonly Tensors[];
  readonly session?: SessionOptions;
  /** Milliseconds for warm-up and runs together, at most; default 20,000. Slow models take longer: six runs at least. */
  readonly budgetMs?: number;
  /** Of the blocks' order and of the bootstrap. Default 0. */
  readonly seed?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
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
  /** Online: the percentiles; batch: the throughput. */
  readonly metrics: readonly SpeedMetric[];
  readonly warmUp: WarmUp;
  readonly plan: PlannedTiming;
}

const defaultBudgetMs = 20_000;
const warmUpShare = 0.2;
/** Half the width of an interval that is narrow enough. */
const wantedPrecision = 0.005;
/** Shorter measurements would see one moment of the machine. */
const leastMs = 2000;
const quickResamples = 200;

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
    const inputs = inputsOf(models.length, options.inputs);
    const timed = sessions.map((session, i) => ({ session, inputs: inputs[i % models.length]! }));
    return await measureSessions(engine, timed, options);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

function inputsOf(models: number, inputs: Tensors | readonly Tensors[]): readonly Tensors[] {
  return isList(inputs) ? inputs : new Array<Tensors>(models).fill(inputs);
}

const isList = (inputs: Tensors | readonly Tensors[]): inputs is readonly Tensors[] => Array.isArray(inputs);

/** The last session is the control: the first model once more. */
async function measureSessions(
  engine: Engine,
  timed: readonly TimedSession[],
  options: LatencyOptions,
): Promise<LatencyMeasurement> {
  const { scenario = { kind: "online" }, budgetMs = defaultBudgetMs, seed = 0 } = options;
  const signal = options.signal !== undefined && { signal: options.signal };
  const warm = await warmUp(engine, timed, budgetMs * warmUpShare, { ...signal });
  const roundMs = warm.typicalMs.reduce((sum, ms) => sum + ms, 0);
  const plan = planTiming({ budgetMs: budgetMs * (1 - warmUpShare), roundMs, seed });
  const blocks = await timeInStages(engine, timed, plan, options);
  const [base, control] = [blocks[0]!, blocks.at(-1)!];
  const controlRatio = ratioOfMedians({ base, head: control }, seed);
  const samplesARun = scenario.kind === "batch" ? scenario.batch : 1;
  const summaries = blocks.slice(0, -1).map((model) => summariseRuns(model, samplesARun));
  const ratios = blocks.slice(0, -1).map((head) => ratioOfMedians({ base, head }, seed));
  const noiseFloor = noiseFloorOf({ kind: "ratio", ...controlRatio });
  return {
    ...{ scenario, models: summaries, ratios, control: controlRatio, noiseFloor },
    metrics:
      scenario.kind === "batch"
        ? [throughputMetric(summaries, ratios, noiseFloor)]
        : latencyMetrics({ summaries, medianRatios: ratios, medianFloor: noiseFloor, control }, seed),
    warmUp: warm,
    plan,
  };
}

/** Durations of the counted runs, ms: by session, then by block. */
async function timeInStages(
  engine: Engine,
  timed: readonly TimedSession[],
  plan: PlannedTiming,
  { scenario, budgetMs = defaultBudgetMs, seed = 0, progress, signal }: LatencyOptions,
): Promise<readonly (readonly Float64Array[])[]> {
  const blocks = timed.map((): Float64Array[] => []);
  const total = plan.stages * plan.blocks;
  const task = `timing ${scenario?.kind ?? "online"}`;
  const began = performance.now();
  for (let stage = 0; stage < plan.stages; stage++) {
    const { durationsUs } = await engine.time(
      timed,
      { ...plan, seed: plan.seed + stage },
      { ...(signal && { signal }), progress: (done) => progress?.report(task, stage * plan.blocks + done, total) },
    );
    for (const [i, model] of durationsUs.entries())
      blocks[i]!.push(...model.map((block) => block.subarray(plan.settlingRuns).map((us) => us / 1000)));
    const spentMs = performance.now() - began;
    if (spentMs >= budgetMs || (spentMs >= leastMs && isPreciseEnough(blocks, seed))) break;
  }
  progress?.report(task, total, total);
  return blocks;
}

function isPreciseEnough(blocks: readonly (readonly Float64Array[])[], seed: number): boolean {
  const [base, ...others] = blocks;
  const runs = blocks.map((model) => Float64Array.from(model.flatMap((block) => [...block])));
  // The cheap question first: the lower percentiles are looked at only where all else is well.
  return (
    runs.every((each) => estimatePercentile(each, 0.99).estimate !== undefined) &&
    others.every((head) => {
      const { ratio, interval } = ratioOfMedians({ base: base!, head }, seed, quickResamples);
      return interval !== undefined && interval.high - interval.low <= 2 * wantedPrecision * ratio;
    }) &&
    runs.every((each) => estimatePercentiles(each).at(-1)!.estimate !== undefined)
  );
}
