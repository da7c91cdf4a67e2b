/** Gradients of normalizations without learned parameters. */
import { floatAttr, intAttr, intsAttr, type Value } from "@pare/ir";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientRule, NodeMaker } from "../gradient/rule.ts";
import { axisIndex } from "../value-types.ts";
import { throughStandardization } from "./standardize.ts";

/** y = x/‖x‖ₚ: (dy − s·Σ dy·y)/‖x‖ with s = y for p = 2, sign(x) for p = 1. Where the norm is 0, y and the gradient are 0. */
export const lpNormalizationGradient: GradientRule = (context) => {
  const { node, gradients } = context;
  const f = formulas(context.make);
  const [x, y, dy] = [node.inputs[0]!, node.outputs[0]!, gradients[0]!];
  const axes = [axisIndex(intAttr(node, "axis", -1), context.inputShape(0).length)!];
  const first = intAttr(node, "p", 2) === 1;
  const norm = first ? f.sum(f.of("Abs", x), axes) : f.of("Sqrt", f.sum(f.square(x), axes));
  const inverse = f.divByRoot(f.above(norm, 0), norm);
  const turned = f.mul(first ? f.sign(x) : y, f.sum(f.mul(dy, y), axes));
  return [f.mul(f.sub(dy, turned), inverse)];
};

/** What ONNX adds to the deviation of MeanVarianceNormalization. */
const deviationOffset = 1e-9;

/** y is the standardized x itself. */
export const meanVarianceNormalizationGradient: GradientRule = (context) => {
  const { node, gradients } = context;
  const f = formulas(context.make);
  const rank = context.inputShape(0).length;
  const axes = (intsAttr(node, "axes") ?? [0, 2, 3]).map((axis) => axisIndex(axis, rank)!);
  const x = node.inputs[0]!;
  const variance = f.mean(f.square(f.sub(x, f.mean(x, axes))), axes);
  const inverse = f.of("Reciprocal", f.add(f.of("Sqrt", variance), deviationOffset));
  const standardized = { value: node.outputs[0]!, inverse, axes, centred: true };
  return [throughStandardization(f, standardized, gradients[0]!)];
};

/**
 * y = x·d^−β with d = bias + α/size·Σ x² over neighbouring channels (Krizhevsky, Sutskever and Hinton, 2012):
 * dy·d^−β − 2αβ/size·x·Σ dy·y/d, the sum over the channels that this one is a neighbour of.
 */
export const lrnGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const f = formulas(make);
  const shape = context.inputShape(0);
  const size = intAttr(node, "size", 1);
  const beta = floatAttr(node, "beta", 0.75);
  const share = floatAttr(node, "alpha", 0.0001) / size;
  const [x, y, dy] = [node.inputs[0]!, node.outputs[0]!, gradients[0]!];
  const energy = overNeighbours(make, f, f.square(x), shape, size, false);
  const base = f.add(f.mul(energy, share), floatAttr(node, "bias", 1));
  const received = overNeighbours(make, f, f.div(f.mul(dy, y), base), shape, size, true);
  return [f.sub(f.mul(dy, f.of("Pow", base, -beta)), f.mul(f.mul(x, 2 * beta * share), received))];
};

/** Sums over the window of each channel (or over the windows that it is in), by a product with a band matrix of 0 and 1. */
function overNeighbours(
  make: NodeMaker,
  f: Formulas,
  x: Value,
  shape: readonly number[],
  size: number,
  transposed: boolean,
): Value {
  const channels = shape[1]!;
  const before = Math.floor((size - 1) / 2);
  const holds = (of: number, other: number) => other >= of - before && other < of - before + size;
  const band = Float32Array.from({ length: channels * channels }, (_, i) => {
    const [row, column] = [Math.floor(i / channels), i % channels];
    return Number(transposed ? holds(column, row) : holds(row, column));
  });
  const positions = shape.slice(2).reduce((product, each) => product * each, 1);
  const rows = f.reshape(x, [shape[0]!, channels, positions]);
  return f.reshape(f.of("MatMul", make.floats(band, [channels, channels]), rows), shape);
}
