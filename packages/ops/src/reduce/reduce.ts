/** Sums, maxima and the like over axes. Axes are an attribute, then (ReduceSum from 13, the others from 18) an input. */
import { type Dim, intAttr, intsAttr, type Node } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { addDims, maxDims, minDims, mulDims } from "../dims.ts";
import { fitted, numbersOf, reindex, smallShape } from "../known.ts";
import { type AxesRule, inputShape, keeps, mixes, opaque } from "../rules.ts";
import { constantNumbers } from "../shape/constant.ts";
import type { AxisLink, InferContext, KnownInts, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { reductionGradients } from "./reduce-gradients.ts";

/**
 * The reduced axes, counted from 0: all where none are given; undefined where they are not known. `noop`: an empty or
 * absent list means none.
 */
export function reducedAxes(context: InferContext, rank: number): readonly number[] | undefined {
  const { node } = context;
  const given = node.inputs[1] === undefined ? intsAttr(node, "axes") : numbersOf(context.ints(1));
  if (given === undefined && node.inputs[1] !== undefined) return undefined;
  if (given === undefined || given.length === 0) {
    const noop = intAttr(node, "noop_with_empty_axes", 0) === 1;
    return noop ? [] : Array.from({ length: rank }, (_, axis) => axis);
  }
  const axes = given.map((axis) => axisIndex(axis, rank));
  return axes.every((axis) => axis !== undefined) ? axes : undefined;
}

function reducedShape(context: InferContext): readonly Dim[] | undefined {
  const shape = context.shape(0);
  if (shape === undefined) return undefined;
  const keep = intAttr(context.node, "keepdims", 1) === 1;
  const axes = reducedAxes(context, shape.length);
  if (axes === undefined) return unknownAxes(context, shape, keep);
  if (keep) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Which axes go is unknown, but perhaps how many. */
function unknownAxes(context: InferContext, shape: readonly Dim[], keep: boolean): readonly Dim[] | undefined {
  if (keep) return unknownDims(shape.length);
  const count = context.shape(1)?.[0];
  return typeof count === "number" && count > 0 ? unknownDims(Math.max(0, shape.length - count)) : undefined;
}

/** The axes as far as the node itself shows them (constant inputs are not looked at: then all are opaque). */
function axesLinks(whenReduced: (axis: number, to: number) => AxisLink): AxesRule {
  return (node, shapeAt) => {
    const shape = inputShape(node, shapeAt, 0);
    const output = node.outputs[0] && shapeAt(node.outputs[0]);
    if (shape === undefined || output === undefined) return [];
    const axes = reducedBySizes(node, shape, output);
    if (axes === undefined) return shape.flatMap((_, from) => output.map((_, to) => opaque(0, from, to)));
    const dropped = output.length < shape.length;
    return shape.flatMap((_, axis) => {
      const to = dropped ? axis - axes.filter((other) => other < axis).length : axis;
      if (!axes.includes(axis)) return [keeps(0, axis, to)];
      return output.length === 0 ? [] : [whenReduced(axis, Math.min(to, output.length - 1))];
    });
  };
}

function reducedBySizes(node: Node, shape: readonly Dim[], output: readonly Dim[]): readonly number[] | undefined {
  const all = Array.from(shape, (_, axis) => axis);
  const given = intsAttr(node, "axes");
  if (given !== undefined) return given.map((axis) => axisIndex(axis, shape.length) ?? -1);
  if (node.inputs[1] === undefined) return intAttr(node, "noop_with_empty_axes", 0) === 1 ? [] : all;
  if (output.length === 0) return all;
  return constantNumbers(node, 1)?.map((axis) => axisIndex(axis, shape.length) ?? -1);
}

type Fold = (a: Dim, b: Dim) => Dim;

/** Folds of numbers and symbols, for shape arithmetic. */
const folds: Readonly<Record<string, Fold>> = {
  ReduceSum: addDims,
  ReduceProd: mulDims,
  ReduceMax: maxDims,
  ReduceMin: minDims,
};

/** Leaving out zeros changes nothing. */
const sums = ["ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"];
const others = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceLogSum", "ReduceLogSumExp"];

export const reductions: readonly OpSpec[] = [...sums, ...others].map((type) => {
  const fold = folds[type];
  return {
    op: `onnx.${type}`,
    ...(reductionGradients[type] && { gradient: reductionGradients[type] }),
    roles: () => ["data", "param"],
    infer: (context) => [tensorType(dtypeOf(context.type(0)), reducedShape(context))],
    axes: axesLinks(sums.includes(type) ? (axis, to) => mixes(0, axis, to) : (axis, to) => opaque(0, axis, to)),
    ...(fold !== undefined && { propagate: (context: InferContext) => [reduceKnown(context, fold)] }),
  };
});

function reduceKnown(context: InferContext, fold: Fold): KnownInts | undefined {
  const known = context.ints(0);
  const shape = smallShape(reducedShape(context));
  const axes = known && reducedAxes(context, known.shape.length);
  if (known === undefined || shape === undefined || axes === undefined || known.elements.length === 0) return undefined;
  const dtype = dtypeOf(context.type(0));
  const combine: Fold = (a, b) => fitted(fold(a, b), dtype);
  const kept = known.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const sums = new Map<number, Dim>();
  const index = reindex(
    { shape: kept, elements: Array.from({ length: elementCount(kept) }, (_, i) => i) },
    known.shape,
    (at) => at.map((place, axis) => (axes.includes(axis) ? 0 : place)),
  );
  for (const [i, element] of known.elements.entries()) {
    const slot = Number(index?.elements[i]);
    sums.set(slot, sums.has(slot) ? combine(sums.get(slot), element) : element);
  }
  return { shape, elements: [...sums.entries()].sort(([a], [b]) => a - b).map(([, sum]) => sum) };
}
