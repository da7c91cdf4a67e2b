/**
 * What a student learns from teachers' outputs (Hinton, Vinyals and Dean, 2015):
 *
 *   L = α·T²·KL(softmax(z_t ÷ T) ‖ softmax(z_s ÷ T)) + (1 − α)·L_labels
 *
 * T² keeps gradients of one size whatever T is. The divergence is summed over classes and averaged over the batch,
 * never over elements. Logits go in, never probabilities. Several teachers: the mean of their terms, whose gradient is
 * that of their mean distribution.
 */
import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount } from "@pare/tensor";
import type { LabelRows } from "./cross-entropy.ts";
import { classRows, distance } from "./label-loss.ts";
import type { LossSpec } from "./loss-spec.ts";
import { mean, type Shaped, sum } from "./rows.ts";

export interface Soft {
  /** T, above 0. */
  readonly temperature: number;
  /** Rows without a label are not counted, where there are labels. */
  readonly labels: LabelRows | undefined;
}

/** From one teacher, of the student's shape; by the loss that the labels have. */
export function teacherLoss(make: NodeMaker, spec: LossSpec, student: Shaped, teacher: Shaped, soft: Soft): Value {
  if (spec.kind === "cross-entropy") return divergence(make, spec, student, teacher, soft);
  if (spec.kind === "binary-cross-entropy") return binaryDivergence(make, student, teacher, soft);
  return distance(make, spec, student, teacher.value);
}

function divergence(
  make: NodeMaker,
  spec: Extract<LossSpec, { kind: "cross-entropy" }>,
  student: Shaped,
  teacher: Shaped,
  { temperature, labels }: Soft,
): Value {
  const cooled = (output: Shaped) => cool(make, classRows(make, spec, output).value, temperature);
  const axis = { axis: attr.int(-1) };
  const target = cooled(teacher);
  const p = make.op("Softmax", [target], axis);
  const logs = make.op("Sub", [make.op("LogSoftmax", [target], axis), make.op("LogSoftmax", [cooled(student)], axis)]);
  const each = make.op("Mul", [p, logs]);
  const squared = make.scalar(temperature * temperature);
  if (labels === undefined) return make.op("Mul", [mean(make, each, classRows(make, spec, student).rows), squared]);
  const counted = sum(make, make.op("Mul", [each, labels.counted]));
  return make.op("Mul", [make.op("Div", [counted, labels.count]), squared]);
}

/** T²·(softplus(z_s ÷ T) − σ(z_t ÷ T)·z_s ÷ T − H): the same between two Bernoulli distributions, mean over elements. */
function binaryDivergence(make: NodeMaker, student: Shaped, teacher: Shaped, { temperature }: Soft): Value {
  const target = cool(make, teacher.value, temperature);
  const guess = cool(make, student.value, temperature);
  const p = make.op("Sigmoid", [target]);
  const cost = (z: Value) => make.op("Sub", [make.op("Softplus", [z]), make.op("Mul", [p, z])]);
  const each = make.op("Sub", [cost(guess), cost(target)]);
  return make.op("Mul", [mean(make, each, elementCount(student.shape)), make.scalar(temperature * temperature)]);
}

function cool(make: NodeMaker, logits: Value, temperature: number): Value {
  return temperature === 1 ? logits : make.op("Mul", [logits, make.scalar(1 / temperature)]);
}
