/** Losses between values of one shape: scalars, from a prediction and a target of the same shape. */
import { attr, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount } from "@pare/tensor";
import { mean, type Shaped, sum } from "./rows.ts";

/** log(1 + e^z) − y·z, mean over elements: −y·log σ(z) − (1 − y)·log(1 − σ(z)) without its overflows. */
export function binaryCrossEntropy(make: NodeMaker, logits: Shaped, targets: Value): Value {
  const soft = make.op("Softplus", [logits.value]);
  const each = make.op("Sub", [soft, make.op("Mul", [logits.value, targets])]);
  return mean(make, each, elementCount(logits.shape));
}

/** The share of elements on the target's side of ½. */
export function binaryAccuracy(make: NodeMaker, logits: Shaped, targets: Value): Value {
  const yes = make.op("Greater", [logits.value, make.scalar(0)]);
  const right = make.op("Equal", [yes, make.op("Greater", [targets, make.scalar(0.5)])]);
  return mean(make, make.op("Cast", [right], { to: attr.int(1) }), elementCount(logits.shape));
}

/** (z − y)², mean over elements. */
export function meanSquaredError(make: NodeMaker, { value, shape }: Shaped, targets: Value): Value {
  const difference = make.op("Sub", [value, targets]);
  return mean(make, make.op("Mul", [difference, difference]), elementCount(shape));
}

/** Huber (1964): with c the difference d cut to ±δ, c·(d − ½c) is ½d² within and δ·(|d| − ½δ) beyond. */
export function huber(make: NodeMaker, { value, shape }: Shaped, targets: Value, delta: number): Value {
  const difference = make.op("Sub", [value, targets]);
  const cut = make.op("Clip", [difference, make.scalar(-delta), make.scalar(delta)]);
  const rest = make.op("Sub", [difference, make.op("Mul", [cut, make.scalar(0.5)])]);
  return mean(make, make.op("Mul", [cut, rest]), elementCount(shape));
}

/** 1 − z·y ÷ (‖z‖·‖y‖) along the last axis, mean over the rest. Norms are at least 1e-6. */
export function cosineDistance(make: NodeMaker, { value, shape }: Shaped, targets: Value): Value {
  const rows = elementCount(shape.slice(0, -1));
  const along = (a: Value, b: Value) =>
    make.op("ReduceSum", [make.op("Mul", [a, b]), make.ints([-1])], { keepdims: attr.int(0) });
  const norm = (a: Value) => make.op("Sqrt", [make.op("Add", [along(a, a), make.scalar(1e-12)])]);
  const lengths = make.op("Mul", [norm(value), norm(targets)]);
  const cosines = make.op("Div", [along(value, targets), lengths]);
  return make.op("Sub", [make.scalar(1), make.op("Mul", [sum(make, cosines), make.scalar(1 / rows)])]);
}
