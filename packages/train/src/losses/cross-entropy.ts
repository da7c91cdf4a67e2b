import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { type Rows, sum } from "./rows.ts";

const float32 = 1;

/** Labels as rows: which are counted, and each class's place. */
export interface LabelRows {
  /** [rows, C] float32: 1 at the label; nothing where it is not counted. */
  readonly oneHot: Value;
  /** [rows, 1] float32: 1, or 0 where the label is negative. */
  readonly counted: Value;
  /** How many are counted, at least 1: a scalar. */
  readonly count: Value;
}

/** @param labels int64 class indices; −1 is not counted */
export function labelRows(make: NodeMaker, labels: Value, { rows, classes }: Rows): LabelRows {
  const column = make.op("Reshape", [labels, make.ints([rows, 1])]);
  const asFloat = (value: Value) => make.op("Cast", [value], { to: attr.int(float32) });
  const indices = make.ints(Array.from({ length: classes }, (_, c) => c));
  const counted = asFloat(make.op("GreaterOrEqual", [column, make.ints([0])]));
  const count = make.op("Max", [sum(make, counted), make.scalar(1)]);
  return { oneHot: asFloat(make.op("Equal", [column, indices])), counted, count };
}

/**
 * −Σ q·log softmax(z) ÷ counted rows, q = (1 − ε)·oneHot + ε ÷ C (Szegedy et al., 2016, section 7; PyTorch's
 * `label_smoothing`). LogSoftmax subtracts the largest logit first: finite for every finite z.
 */
export function crossEntropy(make: NodeMaker, logits: Rows, labels: LabelRows, smoothing: number): Value {
  const logs = make.op("LogSoftmax", [logits.value], { axis: attr.int(-1) });
  const targets = smoothing === 0 ? labels.oneHot : smoothed(make, labels, smoothing, logits.classes);
  return make.op("Neg", [make.op("Div", [sum(make, make.op("Mul", [targets, logs])), labels.count])]);
}

function smoothed(make: NodeMaker, { oneHot, counted }: LabelRows, smoothing: number, classes: number): Value {
  const spread = make.op("Mul", [counted, make.scalar(smoothing / classes)]);
  return make.op("Add", [make.op("Mul", [oneHot, make.scalar(1 - smoothing)]), spread]);
}

/** The share of counted rows whose largest logit is the label's. */
export function topOneAccuracy(make: NodeMaker, logits: Rows, labels: Value, { count }: LabelRows): Value {
  const best = make.op("ArgMax", [logits.value], { axis: attr.int(-1), keepdims: attr.int(0) });
  const flat = make.op("Reshape", [labels, make.ints([logits.rows])]);
  const hits = make.op("Cast", [make.op("Equal", [best, flat])], { to: attr.int(float32) });
  return make.op("Div", [sum(make, hits), count]);
}
