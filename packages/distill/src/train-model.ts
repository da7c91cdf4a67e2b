/**
 * Trains one model: what every pass of this package comes down to.
 *
 * 1. A copy is raised to the operator set that backward passes are written in; names of constants stay, so that what was
 *    learned goes back into the model as it was.
 * 2. The step graph has the batch fixed, other free sizes as the data has them.
 * 3. The weights with the best score on validation data are kept, those from before the first step included.
 */
import type { Model, Value } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import {
  checkPatterns,
  type Note,
  type Tensors,
  type Tools,
  type TrainingBatch,
  type TrainingScore,
  type TrainingTools,
} from "@pare/pass";
import type { TrainingEpoch, TrainingRecord } from "@pare/report";
import { buildStepGraph, type EpochRecord, type StepGraph, type StepOptions, train, withConstants } from "@pare/train";
import { accumulateError, differentOutputsError, needsLabelsError, warmUpError } from "./errors.ts";
import { fallbackNotes } from "./fallbacks.ts";
import { frozenBy } from "./frozen.ts";
import { lossOf } from "./loss-of.ts";
import { raise } from "./raise.ts";
import { areKept, teacherOutputs } from "./teacher-outputs.ts";
import {
  optimizerOf,
  scheduleOf,
  type TeacherOptions,
  type TrainingOptions,
  weightDecayOf,
} from "./training-options.ts";
import { zeroMasks } from "./zero-masks.ts";

export interface Training {
  readonly label: string;
  readonly role: TrainingRecord["role"];
  /** It is not changed. */
  readonly model: Model;
  readonly options: TrainingOptions;
  readonly teaching?: Teaching;
  readonly quantized?: QuantizedTraining;
}

/** What a fake-quantized model needs more. */
export interface QuantizedTraining {
  readonly step: Partial<StepOptions>;
  /** Makes of a trained model, in place, what is evaluated and given back. */
  settle(model: Model): void;
}

export interface Teaching extends Omit<TeacherOptions, "teacher"> {
  readonly teachers: readonly NamedTeacher[];
}

export interface NamedTeacher {
  readonly name: string;
  readonly model: Model;
}

export interface Trained {
  /** By name of the model's constants; empty where no epoch was better than none. */
  readonly learned: Tensors;
  readonly model: Model;
  readonly record: TrainingRecord;
  readonly step: StepGraph;
  /** Of a device that cannot do all of a step. */
  readonly fallbacks: readonly Note[];
}

export type TrainingPassTools = Tools & { readonly training: TrainingTools };

/** @throws TRAIN_LABELS, TRAIN_TEACHER, OPSET_REFUSED; the faults of step graphs and of the loop */
export async function trainModel(training: Training, pass: string, tools: TrainingPassTools): Promise<Trained> {
  const { model, options, label, role, quantized } = training;
  const { training: world, seed } = tools;
  const settled = (parameters: Tensors): Model => {
    const trained = withConstants(model, parameters);
    quantized?.settle(trained);
    return trained;
  };
  const before = await world.evaluate(settled(new Map()));
  const step = await stepGraphOf(training, pass, tools);
  const fallbacks = role === "result" ? await fallbackNotes(step, training, tools) : [];
  const teacher = await teacherOutputs(training, step, tools);
  const stepsPerEpoch = Math.max(1, Math.floor(world.samples / options.batch));
  const result = await train({
    ...{ step, model, tools: world, epochs: options.epochs, seed },
    schedule: scheduleOf(options, stepsPerEpoch),
    key: `${pass}: ${label}`,
    materialize: settled,
    ...(options.patience !== undefined && { patience: options.patience }),
    ...(teacher && { teacher }),
  });
  const isImproved = isNoWorse(result.best.validation, before);
  const learned: Tensors = isImproved ? result.parameters : new Map();
  const record: TrainingRecord = {
    ...{ label, role, metric: before.metric, unit: before.unit, better: before.better, samples: before.samples },
    parameters: { trained: step.plan.trained, frozen: step.plan.frozen },
    before: before.value,
    epochs: result.curve.map(epochOf),
    best: isImproved ? result.best.epoch : 0,
    value: isImproved ? result.best.validation.value : before.value,
  };
  return { learned, model: settled(learned), record, step, fallbacks };
}

/** The step graph of a training, for the shapes of the data. */
export async function stepGraphOf(training: Training, pass: string, tools: TrainingPassTools): Promise<StepGraph> {
  const { model, options, teaching } = training;
  const raised = raise(model);
  if (training.role === "result") checkOptions(options, raised, tools.training.samples);
  const sample = await firstBatch(model, options.batch, tools);
  const labels = teaching?.labels !== false && sample.targets !== undefined;
  if (!labels && teaching === undefined) throw needsLabelsError(pass);
  const inputShapes = new Map([...sample.inputs].map(([name, { shape }]) => [name, shape]));
  const isFrozen = frozenBy(options.frozen);
  const output = outputOf(raised, options.output);
  const shape = outputShape(raised, output, inputShapes);
  if (teaching !== undefined) checkScores(teaching, shape);
  return buildStepGraph(raised, {
    ...{ batch: options.batch, inputShapes, labels, seed: tools.seed },
    formulation: formulationOf(options, tools.training),
    loss: lossOf(options, sample.targets, shape),
    optimizer: optimizerOf(options),
    weightDecay: weightDecayOf(options),
    ...{ accumulate: options.accumulate, batchNorm: options.batchNorm, dropout: options.dropout },
    ...(options.output !== undefined && { output: options.output }),
    ...(options.clipNorm !== undefined && { clipNorm: options.clipNorm }),
    ...(options.average !== undefined && { average: options.average }),
    ...(options.keepZeros && { masks: zeroMasks(raised.graph) }),
    ...(isFrozen !== undefined && { frozen: isFrozen }),
    ...(teaching !== undefined && { distillation: distillationOf(teaching, labels, areKept(training, shape, tools)) }),
    ...training.quantized?.step,
  });
}

/** @throws SELECT_NOTHING, TRAIN_WARM_UP, TRAIN_ACCUMULATE for what would do nothing, or leave nothing to do */
function checkOptions({ frozen, epochs, warmUp, accumulate, batch }: TrainingOptions, model: Model, samples: number) {
  checkPatterns({ only: frozen }, [model]);
  if (warmUp >= epochs) throw warmUpError(epochs, warmUp);
  const steps = epochs * Math.floor(samples / batch);
  // Fewer samples than a batch are another fault.
  if (steps > 0 && accumulate > steps) throw accumulateError(steps, accumulate);
}

/** @throws TRAIN_TEACHER where a teacher gives another number of scores */
function checkScores({ teachers }: Teaching, output: readonly number[]): void {
  const classes = output.at(-1);
  for (const { name, model } of teachers) {
    const taught = shapeOf(inferTypes(model).type(model.graph.outputs[0]!))?.at(-1);
    if (classes === undefined || classes < 0 || typeof taught !== "number" || classes === taught) continue;
    throw differentOutputsError(name, `of ${classes} scores`, `one of ${taught}`);
  }
}

async function firstBatch(model: Model, batch: number, { training, seed }: TrainingPassTools): Promise<TrainingBatch> {
  for await (const first of training.batches(model, { batch, epoch: 0, augment: false, seed })) return first;
  return { inputs: new Map(), targets: undefined, ids: [] };
}

function formulationOf({ formulation }: TrainingOptions, { device }: TrainingTools): "cpu" | "portable" {
  if (formulation !== "auto") return formulation;
  return device === "cpu" ? "cpu" : "portable";
}

function outputOf({ graph }: Model, name: string | undefined): Value {
  return graph.outputs.find((output) => output.name === name) ?? graph.outputs[0]!;
}

function outputShape(model: Model, output: Value, inputShapes: ReadonlyMap<string, readonly number[]>) {
  return (shapeOf(inferTypes(model, { inputShapes }).type(output)) ?? []).map((size) =>
    typeof size === "number" ? size : -1,
  );
}

function distillationOf(
  { teachers, temperature, weight, hints, attention, pairs: named }: Teaching,
  labels: boolean,
  isKept: boolean,
): NonNullable<StepOptions["distillation"]> {
  const pairs = named && { pairs: named.map(({ student, teacher }) => [student, teacher] as const) };
  return {
    teachers: teachers.map(({ name, model }) =>
      isKept ? { kind: "fed" } : { kind: "model", name, model: raise(model) },
    ),
    temperature,
    weight: labels ? weight : 1,
    ...(hints > 0 && { hints: { weight: hints, ...pairs } }),
    ...(attention > 0 && { attention: { weight: attention, ...pairs } }),
  };
}

function isNoWorse(after: TrainingScore, before: TrainingScore): boolean {
  if (Number.isNaN(before.value)) return true;
  return before.better === "higher" ? after.value >= before.value : after.value <= before.value;
}

function epochOf({ train: means, validation, rate, samplesPerSecond }: EpochRecord): TrainingEpoch {
  return {
    loss: means.loss ?? Number.NaN,
    validationLoss: validation.loss ?? null,
    value: validation.value,
    learningRate: rate,
    samplesPerSecond,
  };
}
