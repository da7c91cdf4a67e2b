import type { Session, Tensors, TrainingBatch } from "@pare/pass";
import { numbers } from "@pare/tensor";
import { divergedError } from "../errors.ts";
import { type Rates, ratesAt } from "../schedule/schedule.ts";
import { afterLoss, divergence } from "./divergence.ts";
import type { Pace } from "./pace.ts";
import type { Position } from "./position.ts";
import { stepFeeds } from "./step-feeds.ts";
import type { TrainOptions } from "./train.ts";

export interface EpochContext extends TrainOptions {
  readonly session: Session;
  /** Full batches of an epoch. */
  readonly steps: number;
  readonly pace: Pace;
  readonly checkpointMs: number;
  /** Everything at rest: no step is under way. */
  save(position: Position): Promise<void>;
  report(position: Position): void;
}

/**
 * The steps of one epoch, from `begin` on. While a step runs the next one's batch is being made and fed: two are under way.
 * @throws TRAIN_DIVERGED; the faults of the data and of the engine
 */
export async function runEpoch(context: EpochContext, begin: Position): Promise<Position> {
  const { model, step, tools, seed, augment, pace, checkpointMs } = context;
  let position = begin;
  let running: Promise<void> = Promise.resolve();
  let savedAt = performance.now();
  let index = begin.step;
  const options = {
    batch: step.batch,
    epoch: begin.epoch,
    from: begin.step,
    seed,
    ...(augment === false && { augment }),
  };
  for await (const batch of tools.batches(model, options)) {
    const rates = ratesOf(context, begin.epoch, index++);
    const outputs = await launch(context, batch, rates);
    await running;
    running = outputs().then((metrics) => {
      position = afterStep(position, metrics, rates);
      pace.step();
      context.report(position);
    });
    running.catch(() => {});
    if (performance.now() - savedAt < checkpointMs) continue;
    await running;
    await pace.paused(() => context.save(position));
    savedAt = performance.now();
  }
  await running;
  return position;
}

export function ratesOf({ schedule, epochs, steps }: EpochContext, epoch: number, step: number): Rates {
  return ratesAt(schedule, epoch * steps + step, epochs * steps);
}

/** Sends a step to the engine; what it gives can be awaited later. */
async function launch(context: EpochContext, batch: TrainingBatch, rates: Rates): Promise<() => Promise<Metrics>> {
  const { session, step, tools, teacher } = context;
  const feeds = await stepFeeds(step, batch, rates, teacher);
  const run = session.run(feeds, { fetch: [...step.metrics.values()], signal: tools.signal });
  run.catch(() => {});
  return async () => metricsOf(step.metrics, await run);
}

type Metrics = Readonly<Record<string, number>>;

function metricsOf(names: ReadonlyMap<string, string>, outputs: Tensors): Metrics {
  return Object.fromEntries([...names].map(([metric, output]) => [metric, numbers(outputs.get(output)!)[0]!]));
}

function afterStep(before: Position, metrics: Metrics, { learningRate }: Rates): Position {
  const sums = Object.entries(metrics).map(([name, value]) => {
    return [name, (before.sums[name] ?? 0) + (Number.isFinite(value) ? value : 0)] as const;
  });
  const loss = metrics.loss ?? 0;
  const losses = afterLoss(before.losses, loss);
  const diverged = divergence(losses);
  if (diverged !== undefined) {
    const at = `step ${before.step + 1} of epoch ${before.epoch + 1}`;
    throw divergedError(at, diverged.problem, diverged.expected, loss, learningRate);
  }
  return { ...before, step: before.step + 1, sums: Object.fromEntries(sums), losses };
}
