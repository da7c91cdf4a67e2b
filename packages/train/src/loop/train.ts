/**
 * Drives a step graph over epochs: the state stays in the engine's process, batches go in, a few numbers come out.
 *
 * 1. After each epoch the parameters are read and evaluated on validation data; the best are kept.
 * 2. After each epoch, and every so often inside one, a checkpoint is written. A run that finds one of the same plan goes on
 *    from it and gives the same bytes as if it had never been interrupted.
 * 3. Aborting ends the engine's process at once; what was done since the last checkpoint is done again.
 */
import type { Model } from "@pare/ir";
import type { Session, Tensors, TrainingScore, TrainingTools } from "@pare/pass";
import { noStepsError } from "../errors.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { StepGraph } from "../step/step-graph.ts";
import { isBetter } from "./best.ts";
import type { EpochRecord } from "./epoch-record.ts";
import { measurePace } from "./pace.ts";
import { readParameters } from "./parameters.ts";
import { checkpointOf, type Position, type Snapshot, snapshotOf, start } from "./position.ts";
import { progressText } from "./progress.ts";
import { type EpochContext, ratesOf, runEpoch } from "./run-epoch.ts";
import type { TeacherOutput } from "./step-feeds.ts";

export type { TeacherOutput } from "./step-feeds.ts";

export interface TrainOptions {
  readonly step: StepGraph;
  /** Batches are bound to its inputs: the model that the step graph trains. */
  readonly model: Model;
  readonly tools: TrainingTools;
  readonly epochs: number;
  readonly schedule: Schedule;
  /** Of order and augmentation. */
  readonly seed: number;
  /** Under which checkpoints are kept. Everything that decides the result and is not in these options must be in it. */
  readonly key: string;
  /** A model with these values for its constants, to be evaluated. */
  readonly materialize: (parameters: Tensors) => Model;
  /** Random changes of the data. Default: as the recipe says. */
  readonly augment?: boolean;
  /** Ends after so many epochs without a better score. Default: never. */
  readonly patience?: number;
  /** Between checkpoints inside an epoch. Default 60. */
  readonly checkpointSeconds?: number;
  /** For step graphs with feeds of the kind "teacher". */
  readonly teacher?: TeacherOutput;
}

export interface TrainResult {
  /** By name of the model's constants: those with the best score. */
  readonly parameters: Tensors;
  readonly best: EpochRecord;
  readonly curve: readonly EpochRecord[];
  readonly stoppedEarly: boolean;
  /** Where an interrupted run was taken up. */
  readonly resumedAt: { readonly epoch: number; readonly step: number } | undefined;
}

/**
 * Trains. The last checkpoint stays: who has stored the result clears it.
 * @throws TRAIN_BATCH, TRAIN_TARGETS, TRAIN_TEACHER, TRAIN_DIVERGED; the faults of the data and of the engine
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { step, tools, key } = options;
  const steps = Math.floor(tools.samples / step.batch);
  if (steps === 0) throw noStepsError(tools.samples, step.batch);
  const plan = planOf(options);
  const checkpoint = await tools.checkpoints.latest(key);
  const found = checkpoint && snapshotOf(checkpoint, plan, step);
  await using session = await tools.open(step.model);
  await session.hold(
    step.state.map(({ input, output, initial }) => {
      return { input, from: output, initial: found?.state.get(input) ?? initial };
    }),
  );
  const first = { position: found?.position ?? start, bestParameters: found?.bestParameters ?? new Map() };
  const last = await runEpochs({ ...options, session, steps, plan }, first);
  const { curve, best, epoch } = last.position;
  return {
    parameters: last.bestParameters.size > 0 ? last.bestParameters : await readParameters(session, step),
    best: curve.find((record) => record.epoch === best?.epoch) ?? curve.at(-1)!,
    curve,
    stoppedEarly: epoch < options.epochs,
    resumedAt: found && { epoch: found.position.epoch, step: found.position.step },
  };
}

/** All of the options that decide how the run goes. */
function planOf({ step, tools, epochs, schedule, seed, augment = true, patience = 0 }: TrainOptions): unknown {
  return { format: 1, batch: step.batch, samples: tools.samples, epochs, schedule, seed, augment, patience };
}

type Progressed = Pick<Snapshot, "position" | "bestParameters">;

interface RunContext extends TrainOptions {
  readonly session: Session;
  readonly steps: number;
  readonly plan: unknown;
}

async function runEpochs(run: RunContext, first: Progressed): Promise<Progressed> {
  let now = first;
  const pace = measurePace();
  const save = async (position: Position) => {
    const snapshot = { position, state: await run.session.held(), bestParameters: now.bestParameters };
    await run.tools.checkpoints.save(run.key, checkpointOf(snapshot, run.plan));
  };
  const report = (position: Position) => reportLive(run, position, pace.stepsPerSecond);
  const checkpointMs = (run.checkpointSeconds ?? 60) * 1000;
  const context: EpochContext = { ...run, pace, checkpointMs, save, report };
  while (!isDone(run, now.position)) {
    pace.mark();
    const position = await runEpoch(context, now.position);
    now = await finishEpoch(context, { ...now, position });
    await save(now.position);
  }
  return now;
}

function isDone({ epochs, patience = Infinity }: TrainOptions, { epoch, best }: Position): boolean {
  return epoch >= epochs || (best !== undefined && epoch - best.epoch >= patience);
}

async function finishEpoch(context: EpochContext, { position, bestParameters }: Progressed): Promise<Progressed> {
  const { session, step, steps, tools, pace } = context;
  const samplesPerSecond = (pace.stepsPerSecond ?? 0) * step.batch;
  const parameters = await readParameters(session, step);
  const validation: TrainingScore = await tools.evaluate(context.materialize(parameters));
  const epoch = position.epoch + 1;
  const means = Object.entries(position.sums).map(([name, sum]) => [name, sum / steps] as const);
  const { learningRate: rate } = ratesOf(context, position.epoch, steps - 1);
  const record = { epoch, train: Object.fromEntries(means), validation, rate, samplesPerSecond };
  const isBest = isBetter(validation, position.best?.score);
  const best = isBest ? { epoch, score: validation } : position.best;
  const curve = [...position.curve, record];
  return {
    position: { ...position, epoch, step: 0, sums: {}, curve, best },
    bestParameters: isBest ? parameters : bestParameters,
  };
}

function reportLive(run: RunContext, position: Position, stepsPerSecond: number | undefined): void {
  const { tools, step, steps, epochs } = run;
  const { epoch, step: done, sums, curve } = position;
  const [all, total] = [epoch * steps + done, epochs * steps];
  const text = progressText({
    ...{ epoch, epochs, score: curve.at(-1)?.validation },
    loss: done > 0 && sums.loss !== undefined ? sums.loss / done : undefined,
    samplesPerSecond: stepsPerSecond && stepsPerSecond * step.batch,
    secondsLeft: stepsPerSecond && (total - all) / stepsPerSecond,
  });
  tools.progress.report("training", all, total, text);
}
