/** What a student learns from the inside of a teacher: pairs of values of both. */
import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount } from "@pare/tensor";
import { lossShapeError } from "../errors.ts";
import { meanSquaredError } from "./regression.ts";
import { mean, type Shaped } from "./rows.ts";

export interface FeaturePair {
  readonly student: Shaped;
  readonly teacher: Shaped;
}

/** Makes a trained weight that the student does not keep. */
export type ProjectionWeight = (shape: readonly number[]) => Value;

/**
 * Hints (Romero et al., 2015, FitNets): mean squared error between the teacher's feature and the student's after a
 * linear projection to as many channels: a 1×1 convolution of [N, C, …], a product of [N, L, C]. None where channels agree.
 * @throws TRAIN_LOSS where other sizes differ
 */
export function hintLoss(make: NodeMaker, { student, teacher }: FeaturePair, weight: ProjectionWeight): Value {
  const axis = channelAxis(student.shape);
  const from = student.shape[axis]!;
  const to = teacher.shape[axis]!;
  const fits = student.shape.length === teacher.shape.length;
  if (!fits || student.shape.some((size, each) => each !== axis && size !== teacher.shape[each]))
    throw lossShapeError(student.value.name, "hint", `[${teacher.shape.join(", ")}] but for channels`, student.shape);
  if (from === to) return meanSquaredError(make, student, teacher.value);
  const convolves = axis === 1 && student.shape.length > 2;
  const projected = convolves
    ? make.op("Conv", [student.value, weight([to, from, ...student.shape.slice(2).map(() => 1)])])
    : make.op("MatMul", [student.value, weight([from, to])]);
  return meanSquaredError(make, { value: projected, shape: teacher.shape }, teacher.value);
}

/** Axis 1 of pictures, the last one of tokens [N, L, C] and of vectors [N, C]. */
function channelAxis(shape: readonly number[]): number {
  return shape.length === 3 ? 2 : 1;
}

/**
 * Attention transfer (Zagoruyko and Komodakis, 2017, equation 2): ‖Q_s ÷ ‖Q_s‖ − Q_t ÷ ‖Q_t‖‖², mean over samples,
 * with Q the sum over channels of squared activations of [N, C, …], as a vector of places. Channels may differ.
 * @throws TRAIN_LOSS where places differ
 */
export function attentionLoss(make: NodeMaker, { student, teacher }: FeaturePair): Value {
  const places = (shape: readonly number[]) => shape.slice(2).join();
  const fits = student.shape.length > 2 && places(student.shape) === places(teacher.shape);
  if (!fits)
    throw lossShapeError(student.value.name, "attention", `[batch, channels, ${places(teacher.shape)}]`, student.shape);
  const apart = make.op("Sub", [attentionMap(make, student), attentionMap(make, teacher)]);
  return mean(make, make.op("Mul", [apart, apart]), student.shape[0]!);
}

/** [N, C, …] → [N, places], each row of length 1. */
function attentionMap(make: NodeMaker, { value, shape }: Shaped): Value {
  const squares = make.op("Mul", [value, value]);
  const summed = make.op("ReduceMean", [squares, make.ints([1])], { keepdims: attr.int(0) });
  const flat = make.op("Reshape", [summed, make.ints([shape[0]!, elementCount(shape.slice(2))])]);
  const power = make.op("ReduceSum", [make.op("Mul", [flat, flat]), make.ints([1])], { keepdims: attr.int(1) });
  return make.op("Div", [flat, make.op("Sqrt", [make.op("Add", [power, make.scalar(1e-12)])])]);
}
