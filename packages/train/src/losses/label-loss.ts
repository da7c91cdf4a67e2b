import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import type { DType } from "@pare/tensor";
import { lossShapeError } from "../errors.ts";
import { crossEntropy, type LabelRows, labelRows, topOneAccuracy } from "./cross-entropy.ts";
import type { LossSpec } from "./loss-spec.ts";
import { binaryAccuracy, binaryCrossEntropy, cosineDistance, huber, meanSquaredError } from "./regression.ts";
import { asRows, classAxisOf, type Shaped } from "./rows.ts";

export interface LabelTerm {
  /** A scalar. */
  readonly loss: Value;
  /** Scalars by what they mean: "accuracy.top1". */
  readonly metrics: ReadonlyMap<string, Value>;
  /** Of cross-entropy: which rows are counted. */
  readonly labels: LabelRows | undefined;
}

/** @param target makes the input that labels are fed to */
export function labelLoss(
  make: NodeMaker,
  spec: LossSpec,
  logits: Shaped,
  target: (dtype: DType, shape: readonly number[]) => Value,
): LabelTerm {
  if (spec.kind === "cross-entropy") return classLoss(make, spec, logits, target);
  if (spec.kind === "binary-cross-entropy") return binaryLoss(make, spec, logits, target);
  const loss = distance(make, spec, logits, target("float32", logits.shape));
  return { loss, metrics: new Map(), labels: undefined };
}

/** Between values: what regressions learn by, and what a student of a regression learns from its teacher by. */
export function distance(
  make: NodeMaker,
  spec: Exclude<LossSpec, { kind: "cross-entropy" | "binary-cross-entropy" }>,
  output: Shaped,
  targets: Value,
): Value {
  if (spec.kind === "mse") return meanSquaredError(make, output, targets);
  if (spec.kind === "huber") return huber(make, output, targets, spec.delta ?? 1);
  return cosineDistance(make, output, targets);
}

type Target = (dtype: DType, shape: readonly number[]) => Value;

function classLoss(
  make: NodeMaker,
  spec: Extract<LossSpec, { kind: "cross-entropy" }>,
  logits: Shaped,
  target: Target,
): LabelTerm {
  const rows = classRows(make, spec, logits);
  const labels = target("int64", rows.labels);
  const marked = labelRows(make, labels, rows);
  const loss = crossEntropy(make, rows, marked, spec.labelSmoothing ?? 0);
  const accuracy = topOneAccuracy(make, rows, labels, marked);
  return { loss, metrics: new Map([["accuracy.top1", accuracy]]), labels: marked };
}

/** @throws TRAIN_LOSS where the output has no axis of classes */
export function classRows(make: NodeMaker, spec: Extract<LossSpec, { kind: "cross-entropy" }>, logits: Shaped) {
  const { shape, value } = logits;
  const axis = spec.classAxis ?? classAxisOf(shape);
  const at = axis < 0 ? axis + shape.length : axis;
  if (shape.length < 2 || (shape[at] ?? 0) < 2)
    throw lossShapeError(value.name, spec.kind, "[batch, classes] with two classes or more", shape);
  return asRows(make, logits, at);
}

function binaryLoss(
  make: NodeMaker,
  spec: Extract<LossSpec, { kind: "binary-cross-entropy" }>,
  logits: Shaped,
  target: Target,
): LabelTerm {
  const targets =
    spec.labels === "classes" ? classesAsValues(make, spec, logits, target) : target("float32", logits.shape);
  const loss = binaryCrossEntropy(make, logits, targets);
  const accuracy = binaryAccuracy(make, logits, targets);
  return { loss, metrics: new Map([["accuracy.top1", accuracy]]), labels: undefined };
}

function classesAsValues(make: NodeMaker, spec: LossSpec, { value, shape }: Shaped, target: Target): Value {
  if (shape.slice(1).some((size) => size !== 1))
    throw lossShapeError(value.name, spec.kind, "one number a sample, [batch] or [batch, 1], for class labels", shape);
  const classes = make.op("Cast", [target("int64", shape.slice(0, 1))], { to: attr.int(1) });
  return make.op("Reshape", [classes, make.ints(shape)]);
}
