/**
 * Which of some models is faster, in little time and memory: for choosing between them, not for reporting.
 *
 * 1. As in `measureLatency` all of them are open in one process and take turns in short blocks. None is opened twice.
 * 2. The fastest tenth of the runs is compared, so that other work on the machine decides nothing.
 * 3. It ends when every ratio is known to one per cent, or when the budget is spent.
 */
import type { Model } from "@pare/ir";
import type { Engine, Progress, Session, SessionOptions, Tensors, TimedSession } from "@pare/pass";
import { noModelsError } from "./errors.ts";
import { type RatioEstimate, ratioOfFastest } from "./stats/bootstrap.ts";
import { median } from "./stats/quantile.ts";
import { planTiming } from "./timing-plan.ts";
import { warmUp } from "./warm-up.ts";

export interface CompareSpeedOptions {
  /** What every run of each model is given. */
  readonly inputs: readonly Tensors[];
  readonly session?: SessionOptions;
  /** Milliseconds for loading, warm-up and runs together, at most. Slow models take longer: six runs at least. */
  readonly budgetMs: number;
  /** Of the blocks' order and of the bootstrap. */
  readonly seed: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface ComparedSpeed extends RatioEstimate {
  /** Of all counted runs. */
  readonly medianMs: number;
}

const warmUpShare = 0.2;
/** Half the width of an interval that is narrow enough. */
const wantedPrecision = 0.01;
/** Shorter measurements would see one moment of the machine. */
const leastMs = 1000;
const quickResamples = 200;

type Blocks = readonly (readonly Float64Array[])[];

/** @param models ratios are to the first @throws MEASURE_MODELS; those of the engine */
export async function compareSpeed(
  engine: Engine,
  models: readonly Model[],
  options: CompareSpeedOptions,
): Promise<readonly ComparedSpeed[]> {
  if (models.length === 0) throw noModelsError();
  const { inputs, session, seed, budgetMs } = options;
  const end = performance.now() + budgetMs;
  const sessions: Session[] = [];
  try {
    for (const model of models) sessions.push(await engine.open(model, session));
    const timed = sessions.map((opened, i) => ({ session: opened, inputs: inputs[i]! }));
    const blocks = await timeBlocks(engine, timed, { ...options, budgetMs: end - performance.now() });
    return blocks.map((head) => ({
      medianMs: median(Float64Array.from(head.flatMap((block) => [...block]))),
      ...ratioOfFastest({ base: blocks[0]!, head }, seed),
    }));
  } finally {
    for (const opened of sessions) await opened[Symbol.asyncDispose]();
  }
}

/** Durations of the counted runs, ms: by session, then by block. */
async function timeBlocks(
  engine: Engine,
  timed: readonly TimedSession[],
  { budgetMs, seed, progress, signal }: CompareSpeedOptions,
): Promise<Blocks> {
  const stop = { ...(signal && { signal }) };
  const end = performance.now() + budgetMs;
  const warm = await warmUp(engine, timed, budgetMs * warmUpShare, stop);
  const roundMs = warm.typicalMs.reduce((sum, ms) => sum + ms, 0);
  const began = performance.now();
  const plan = planTiming({ budgetMs: end - began, roundMs, seed });
  const blocks = timed.map((): Float64Array[] => []);
  for (let stage = 0; stage < plan.stages; stage++) {
    const { durationsUs } = await engine.time(timed, { ...plan, seed: plan.seed + stage }, stop);
    for (const [i, model] of durationsUs.entries())
      blocks[i]!.push(...model.map((block) => block.subarray(plan.settlingRuns).map((us) => us / 1000)));
    progress?.report("timing", stage + 1, plan.stages);
    const spentMs = performance.now() - began;
    const isLast = performance.now() + spentMs / (stage + 1) > end;
    if (isLast || (spentMs >= leastMs && isPreciseEnough(blocks, seed))) break;
  }
  return blocks;
}

function isPreciseEnough([base, ...others]: Blocks, seed: number): boolean {
  return others.every((head) => {
    const { ratio, interval } = ratioOfFastest({ base: base!, head }, seed, quickResamples);
    return interval !== undefined && interval.high - interval.low <= 2 * wantedPrecision * ratio;
  });
}
