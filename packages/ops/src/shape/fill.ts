/** Tensors made from sizes alone. */
import { intAttr, tensorAttr, type Value } from "@pare/ir";
import type { Tensor } from "@pare/tensor";
import { ceilDivDims, maxDims, subDims } from "../dims.ts";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext } from "../gradient/rule.ts";
import { knownOfTensor, knownVector, mostElements, placesOf, singleOf, smallShape } from "../known.ts";
import { sharedDType } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, dtypeOfCode, tensorType, unknownDims } from "../value-types.ts";

/** One value (float 0 unless given) in the shape that the input says. */
export const constantOfShape: OpSpec = {
  op: "onnx.ConstantOfShape",
  gradient: "none",
  roles: () => ["param"],
  infer: (context) => [tensorType(tensorAttr(context.node, "value")?.dtype ?? "float32", filledShape(context))],
  propagate: (context) => {
    const shape = smallShape(filledShape(context));
    const fill = fillOf(tensorAttr(context.node, "value"));
    const places = shape && placesOf(shape);
    return [shape && places && { shape, elements: places.map(() => fill) }];
  },
};

function fillOf(value: Tensor | undefined) {
  return value === undefined ? 0 : singleOf(knownOfTensor(value));
}

function filledShape({ ints, shape }: InferContext) {
  const rank = shape(0)?.[0];
  return ints(0)?.elements ?? (typeof rank === "number" ? unknownDims(rank) : undefined);
}

/** start, start + delta, … before limit: max(0, ceil((limit − start) / delta)) elements. */
export const range: OpSpec = {
  op: "onnx.Range",
  gradient: rangeGradient,
  roles: () => ["param"],
  infer: (context) => [tensorType(sharedDType(context), [countOf(context)])],
  propagate: (context) => {
    const count = countOf(context);
    const start = singleOf(context.ints(0));
    const delta = singleOf(context.ints(2));
    if (typeof count !== "number" || count > mostElements) return [];
    if (typeof start !== "number" || typeof delta !== "number") return [];
    return [knownVector(Array.from({ length: count }, (_, i) => start + i * delta))];
  },
};

function countOf({ ints }: InferContext) {
  const delta = singleOf(ints(2));
  if (typeof delta !== "number" || delta === 0) return undefined;
  const distance = subDims(singleOf(ints(1)), singleOf(ints(0)));
  const count = delta > 0 ? ceilDivDims(distance, delta) : ceilDivDims(subDims(0, distance), -delta);
  return maxDims(0, count);
}

/** Element i is start + i·delta; the limit only says how many there are. */
function rangeGradient(context: GradientContext): readonly (Value | undefined)[] {
  const { make, needs } = context;
  const f = formulas(make);
  const dy = context.gradients[0]!;
  const places = make.floats(Float32Array.from({ length: context.outputShape(0)[0]! }, (_, i) => i));
  const summed = (slot: number, value: () => Value) =>
    needs(slot) ? f.reshape(f.sum(value(), [0]), context.inputShape(slot)) : undefined;
  return [summed(0, () => dy), undefined, summed(2, () => f.mul(dy, places))];
}

export const eyeLike: OpSpec = {
  op: "onnx.EyeLike",
  gradient: "none",
  roles: () => ["param"],
  infer: ({ node, type, shape }) => [tensorType(dtypeOfCode(intAttr(node, "dtype")) ?? dtypeOf(type(0)), shape(0))],
};
