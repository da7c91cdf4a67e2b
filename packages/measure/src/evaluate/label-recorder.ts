/**
 * Takes what a model gave for each sample and keeps what its metrics need, a few bytes a sample.
 *
 * 1. What the targets are (classes, values, tokens) decides how the output is read.
 * 2. Activation `auto` is decided on the first batch and stays.
 */
import type { Target } from "@pare/data";
import { numbers, type Tensor } from "@pare/tensor";
import {
  classGapError,
  classRangeError,
  mixedTargetsError,
  scoresShapeError,
  tokensShapeError,
  valuesShapeError,
} from "../errors.ts";
import type { LabelOutcomes } from "../metrics/catalog.ts";
import { classOutcomes } from "../metrics/class-outcomes.ts";
import type { Feed } from "./feeds.ts";
import { type Activation, areProbabilities, probabilitiesOf, rowsOf } from "./scores.ts";

export interface LabelRecorder {
  /** @param output [batch, …]; rows beyond the targets were filled in and are not looked at */
  add(output: Tensor, feed: Feed): void;
  readonly outcomes: LabelOutcomes;
  /** Indices of samples for which the output holds NaN or infinity; −infinity is the score of what cannot be. */
  readonly unsound: readonly number[];
  /** What the scores were taken for; undefined where none were. */
  readonly activation: Activation | undefined;
}

export interface RecorderOptions {
  /** Of the output, for errors. */
  readonly output: string;
  readonly samples: number;
  readonly classes: readonly string[];
  readonly activation: Activation;
  readonly keepOdds: boolean;
}

/** @param like a target of the data set: all are of its kind */
export function labelRecorder(like: Target, options: RecorderOptions): LabelRecorder {
  switch (like.kind) {
    case "class":
      return classRecorder(options);
    case "values":
      return valueRecorder(options, like.values.length);
    case "tokens":
      return tokenRecorder(options);
  }
}

function classRecorder({ output, samples, classes, activation, keepOdds }: RecorderOptions): LabelRecorder {
  let builder: ReturnType<typeof classOutcomes> | undefined;
  let used = activation;
  const unsound: number[] = [];
  return {
    unsound,
    get outcomes() {
      return (builder ?? classOutcomes(samples, classes, keepOdds)).outcomes;
    },
    get activation() {
      return used;
    },
    add(tensor, { targets, first, batch }) {
      const rows = classRows(tensor, batch, output, classes);
      if (used === "auto") used = guess(rows.slice(0, targets.length));
      const chosen = used;
      for (const [i, target] of targets.entries()) {
        if (target?.kind !== "class") throw mixedTargetsError("class", target?.kind, first + i);
        if (!rows[i]!.every(isSound)) unsound.push(first + i);
        const probabilities = probabilitiesOf(rows[i]!, chosen);
        builder ??= classOutcomes(samples, namesOf(classes, probabilities.length), keepOdds);
        if (target.index >= probabilities.length) throw classRangeError(output, target.index, probabilities.length);
        builder.add(first + i, target.index, probabilities);
      }
    },
  };
}

const isSound = (score: number) => score < Number.POSITIVE_INFINITY;

function guess(rows: readonly Float64Array[]): "none" | "softmax" {
  const isBinary = rows[0]?.length === 1;
  const within = (row: Float64Array) => (isBinary ? row[0]! >= 0 && row[0]! <= 1 : areProbabilities(row, row.length));
  return rows.every(within) ? "none" : "softmax";
}

/**
 * [batch, classes], trailing axes of size 1 let pass; [batch, 1] or [batch] for two classes; [classes] where a run has one
 * sample. More scores than classes are let pass where each class is named by its own number: the data may lack the last
 * ones. With a gap in the numbers what comes behind it would be taken for another class.
 */
function classRows(tensor: Tensor, batch: number, output: string, classes: readonly string[]): readonly Float64Array[] {
  const isBare = batch === 1 && tensor.shape.length === 1;
  const [rows = 1, columns = 1, ...rest] = isBare ? [1, ...tensor.shape] : tensor.shape;
  const isNumbered = classes.every((name) => /^\d+$/.test(name));
  const lacksLast = isNumbered && classes.every((name, i) => Number(name) === i);
  const isWidth =
    columns === classes.length || (columns === 1 && classes.length === 2) || (lacksLast && columns > classes.length);
  if (isNumbered && !isWidth && rows === batch && columns > classes.length)
    throw classGapError(output, tensor.shape, classes);
  if (rows !== batch || !isWidth || rest.some((size) => size !== 1))
    throw scoresShapeError(output, tensor.shape, batch, classes.length);
  return rowsOf(tensor, batch);
}

function namesOf(classes: readonly string[], count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => classes[i] ?? `${i}`);
}

function valueRecorder({ output, samples }: RecorderOptions, width: number): LabelRecorder {
  const outcomes = {
    kind: "values" as const,
    width,
    targets: new Float64Array(samples * width),
    predictions: new Float64Array(samples * width),
  };
  const unsound: number[] = [];
  return {
    outcomes,
    unsound,
    activation: undefined,
    add(tensor, { targets, first, batch }) {
      const rows = rowsOf(tensor, batch);
      if (rows[0]?.length !== width) throw valuesShapeError(output, tensor.shape, width);
      for (const [i, target] of targets.entries()) {
        if (target?.kind !== "values") throw mixedTargetsError("values", target?.kind, first + i);
        if (!rows[i]!.every(isSound)) unsound.push(first + i);
        outcomes.targets.set(target.values, (first + i) * width);
        outcomes.predictions.set(rows[i]!, (first + i) * width);
      }
    },
  };
}

/** Output [batch, length, vocabulary]; a target for every position, −1 where none counts. */
function tokenRecorder({ output, samples, activation }: RecorderOptions): LabelRecorder {
  const outcomes = {
    kind: "tokens" as const,
    losses: new Float64Array(samples),
    tokens: new Float64Array(samples),
    characters: new Float64Array(samples),
  };
  let used = activation;
  const unsound: number[] = [];
  return {
    outcomes,
    unsound,
    get activation() {
      return used;
    },
    add(tensor, { targets, first }) {
      const [, length = 0, vocabulary = 0, ...rest] = tensor.shape;
      if (rest.length > 0 || vocabulary === 0) throw tokensShapeError(output, tensor.shape);
      const all = numbers(tensor);
      if (used === "auto")
        used = areProbabilities(all.subarray(0, length * vocabulary), vocabulary) ? "none" : "softmax";
      for (const [i, target] of targets.entries()) {
        if (target?.kind !== "tokens") throw mixedTargetsError("tokens", target?.kind, first + i);
        if (target.ids.length !== length) throw tokensShapeError(output, tensor.shape, target.ids.length);
        const scores = all.subarray(i * length * vocabulary, (i + 1) * length * vocabulary);
        if (!scores.every(isSound)) unsound.push(first + i);
        const { loss, count } = textLoss(scores, target.ids, vocabulary, used);
        outcomes.losses[first + i] = loss;
        outcomes.tokens[first + i] = count;
        outcomes.characters[first + i] = target.characters ?? count;
      }
    },
  };
}

function textLoss(scores: Float64Array, ids: Int32Array, vocabulary: number, activation: Exclude<Activation, "auto">) {
  let [loss, count] = [0, 0];
  for (const [position, id] of ids.entries()) {
    if (id < 0) continue;
    const row = scores.subarray(position * vocabulary, (position + 1) * vocabulary);
    loss -= Math.log(Math.max(probabilitiesOf(row, activation)[id] ?? 0, 1e-15));
    count++;
  }
  return { loss, count };
}
