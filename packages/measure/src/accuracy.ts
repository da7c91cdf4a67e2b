/**
 * Top-1 accuracy and mean loss of a classifier on a labelled data set.
 *
 * 1. Every run of the model has the same batch size: a runtime may round differently for another one, and the last,
 *    smaller batch would be another one. It is filled up, and what was filled in is not counted.
 * 2. A model whose batch axis is fixed is fed batches of that size (one by one where it is 1).
 * 3. What became of each sample is kept, so that two models can be compared sample by sample.
 * 4. A score that is not a number is never the best; a sample whose scores are all not numbers is wrong.
 */
import { type Batch, batches, classOf, type Dataset, type ImageTransform } from "@pare/data";
import type { Progress, Session } from "@pare/pass";
import { numbers, type Tensor } from "@pare/tensor";
import { batchSizeError, emptyDatasetError, inputCountError, scoresShapeError, unknownPortError } from "./errors.ts";
import type { Interval } from "./stats/interval.ts";
import { proportionInterval } from "./stats/proportion.ts";

export interface AccuracyOptions {
  readonly transform?: ImageTransform;
  /** Samples in a run where the model leaves it free. Default 32. */
  readonly batch?: number;
  /** Default: the only one. */
  readonly input?: string;
  /** The one with a score for each class. Default: the first. */
  readonly output?: string;
  /** What the scores are, for the loss. Default "logits". */
  readonly scores?: "logits" | "probabilities";
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** What became of each sample, in the data set's order. */
export interface Outcomes {
  /** The class with the highest score, the first of several; −1 where no score is a number. */
  readonly predictions: Int32Array;
  /** 1 where the prediction is the label. */
  readonly correct: Uint8Array;
  /** Cross-entropy, nats. */
  readonly losses: Float64Array;
}

export interface Accuracy {
  readonly samples: number;
  readonly correct: number;
  /** correct ÷ samples. */
  readonly top1: number;
  readonly interval: Interval;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  readonly outcomes: Outcomes;
}

/** @throws MEASURE_EMPTY, MEASURE_INPUTS, MEASURE_PORT, MEASURE_CLASSES, MEASURE_BATCH; those of the data set and session */
export async function evaluateAccuracy(
  session: Session,
  dataset: Dataset,
  options: AccuracyOptions = {},
): Promise<Accuracy> {
  const { transform = {}, scores, progress, signal } = options;
  if (dataset.length === 0) throw emptyDatasetError(dataset.name);
  const input = inputOf(session, options.input);
  const output = outputOf(session, options.output);
  const batch = batchOf(input.shape[0], options.batch ?? 32);
  const outcomes: Outcomes = {
    predictions: new Int32Array(dataset.length),
    correct: new Uint8Array(dataset.length),
    losses: new Float64Array(dataset.length),
  };
  for await (const part of batches(dataset, { batch, transform, pad: true })) {
    const feeds = new Map([[input.name, [...part.inputs.values()][0]!]]);
    const results = await session.run(feeds, { fetch: [output], ...(signal !== undefined && { signal }) });
    judge(part, classScores(results.get(output)!, output, batch, dataset.classes.length), scores, outcomes);
    progress?.report(`evaluating on ${dataset.name}`, part.first + part.targets.length, dataset.length);
  }
  return summarise(outcomes);
}

function inputOf(session: Session, wanted: string | undefined) {
  const names = session.inputs.map(({ name }) => name);
  if (wanted === undefined && session.inputs.length !== 1) throw inputCountError(names);
  const found = wanted === undefined ? session.inputs[0] : session.inputs.find(({ name }) => name === wanted);
  if (found === undefined) throw unknownPortError("input", wanted ?? "", names);
  return found;
}

function outputOf(session: Session, wanted: string | undefined): string {
  const names = session.outputs.map(({ name }) => name);
  const name = wanted ?? names[0] ?? "";
  if (!names.includes(name)) throw unknownPortError("output", name, names);
  return name;
}

function batchOf(axis: number | string | undefined, wanted: number): number {
  const size = typeof axis === "number" && axis > 0 ? axis : wanted;
  if (!Number.isInteger(size) || size < 1) throw batchSizeError(size);
  return size;
}

/** The rows of a [batch, classes] tensor; trailing axes of size 1 are let pass. */
function classScores(tensor: Tensor, name: string, batch: number, classes: number): Float64Array[] {
  const { shape } = tensor;
  const [rows, columns, ...rest] = shape;
  if (rows !== batch || columns !== classes || rest.some((size) => size !== 1))
    throw scoresShapeError(name, shape, batch, classes);
  const all = numbers(tensor);
  return Array.from({ length: batch }, (_, i) => all.subarray(i * classes, (i + 1) * classes));
}

/** `rows`: the scores of each sample; the batch's targets say how many of them count. */
function judge({ targets, first }: Batch, rows: Float64Array[], kind: AccuracyOptions["scores"], to: Outcomes): void {
  for (const [i, target] of targets.entries()) {
    const label = classOf(target);
    const row = rows[i]!;
    const prediction = best(row);
    to.predictions[first + i] = prediction;
    to.correct[first + i] = prediction === label ? 1 : 0;
    to.losses[first + i] = kind === "probabilities" ? -Math.log(row[label]!) : softmaxLoss(row, label);
  }
}

function best(row: Float64Array): number {
  let found = -1;
  for (const [i, score] of row.entries()) if (!Number.isNaN(score) && (found === -1 || score > row[found]!)) found = i;
  return found;
}

/** −log softmax(row)[label], with the largest score taken off first so that no power overflows. */
function softmaxLoss(row: Float64Array, label: number): number {
  const most = Math.max(...row);
  const sum = row.reduce((total, score) => total + Math.exp(score - most), 0);
  return Math.log(sum) + most - row[label]!;
}

function summarise(outcomes: Outcomes): Accuracy {
  const samples = outcomes.correct.length;
  const correct = outcomes.correct.reduce((sum, one) => sum + one, 0);
  const loss = outcomes.losses.reduce((sum, one) => sum + one, 0) / samples;
  return { samples, correct, top1: correct / samples, interval: proportionInterval(correct, samples), loss, outcomes };
}
