/** Operators that only arrange elements: the gradient is arranged back, and summed where an element went to several places. */
import { attr, intAttr, intsAttr, stringAttr, type Value } from "@pare/ir";
import { alongAxis, axisMatrix } from "../gradient/along-axis.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";
import { permutationOf } from "./permutation.ts";

/** Reshape, Flatten, Squeeze, Unsqueeze: the elements keep their order. */
export const reshapeGradient: GradientRule = (context) => [
  context.make.op("Reshape", [context.gradients[0], context.make.ints(context.inputShape(0))]),
];

export const transposeGradient: GradientRule = (context) => {
  const order = permutationOf(context.node, context.inputShape(0).length);
  const back = order.map((_, axis) => order.indexOf(axis));
  return [context.make.op("Transpose", [context.gradients[0]], { perm: attr.ints(back) })];
};

export const expandGradient: GradientRule = (context) => [
  sumTo(context.make, context.gradients[0]!, context.outputShape(0), context.inputShape(0)),
];

/** [2, 3] tiled by [4, 5] is [4, 2, 5, 3] flattened. */
export const tileGradient: GradientRule = (context) => {
  const { make } = context;
  const shape = context.inputShape(0);
  const repeats = context.outputShape(0).map((size, axis) => size / shape[axis]!);
  const split = make.op("Reshape", [
    context.gradients[0],
    make.ints(shape.flatMap((size, axis) => [repeats[axis]!, size])),
  ]);
  return [make.op("ReduceSum", [split, make.ints(shape.map((_, axis) => 2 * axis))], { keepdims: attr.int(0) })];
};

export const concatGradient: GradientRule = (context) => {
  const { node, make } = context;
  const axis = axisIndex(intAttr(node, "axis", 1), context.outputShape(0).length)!;
  const sizes = node.inputs.map((_, slot) => context.inputShape(slot)[axis]!);
  const parts = make.ops("Split", [context.gradients[0], make.ints(sizes)], sizes.length, { axis: attr.int(axis) });
  return parts.map((part, slot) => (context.needs(slot) ? part : undefined));
};

/** Outputs that the loss does not depend on have a gradient of zeros. */
export const splitGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const axis = axisIndex(intAttr(node, "axis", 0), context.inputShape(0).length)!;
  const parts = node.outputs.map((_, slot) => {
    return gradients[slot] ?? make.op("Expand", [make.scalar(0), make.ints(context.outputShape(slot))]);
  });
  return [make.op("Concat", parts, { axis: attr.int(axis) })];
};

/** Which element of the input each element of the output is, along one axis. */
interface AxisSelection {
  readonly axis: number;
  readonly from: readonly number[];
}

/** Puts the gradient of selected elements back; an element that was selected twice gets both. */
function unselect(context: GradientContext, selections: readonly AxisSelection[]): Value {
  const { make } = context;
  const now = [...context.outputShape(0)];
  const sizes = context.inputShape(0);
  let gradient = context.gradients[0]!;
  for (const { axis, from } of selections) {
    const matrix = axisMatrix(sizes[axis]!, from.length, (row, column) => Number(from[column] === row));
    gradient = alongAxis(make, gradient, now, axis, matrix);
    now[axis] = sizes[axis]!;
  }
  return gradient;
}

export const sliceGradient: GradientRule = (context) => {
  const { make } = context;
  const shape = context.inputShape(0);
  const selections = slicesOf(context, shape);
  const isPlain = selections.every(({ from }) => from.every((place, i) => i === 0 || place === from[i - 1]! + 1));
  if (!isPlain) return [unselect(context, selections)];
  const before = shape.map((_, axis) => selections.find((each) => each.axis === axis)?.from[0] ?? 0);
  const after = context.outputShape(0).map((size, axis) => shape[axis]! - size - before[axis]!);
  return [make.op("Pad", [context.gradients[0], make.ints([...before, ...after])])];
};

function slicesOf(context: GradientContext, shape: readonly number[]): readonly AxisSelection[] {
  const given = (slot: number, what: string) => {
    const found = context.node.inputs[slot] && numbersOf(context.ints(slot));
    if (context.node.inputs[slot] !== undefined && found === undefined)
      throw context.refused(`its ${what} are not constant`);
    return found;
  };
  const starts = given(1, "starts") ?? [];
  const axes = given(3, "axes") ?? starts.map((_, i) => i);
  const steps = given(4, "steps") ?? starts.map(() => 1);
  return axes.map((each, i) => {
    const axis = axisIndex(each, shape.length)!;
    const size = shape[axis]!;
    const start = starts[i]! < 0 ? starts[i]! + size : starts[i]!;
    const step = steps[i]!;
    const first = step > 0 ? Math.min(Math.max(start, 0), size) : Math.min(Math.max(start, -1), size - 1);
    const count = context.outputShape(0)[axis]!;
    return { axis, from: Array.from({ length: count }, (_, k) => first + k * step) };
  });
}

export const padGradient: GradientRule = (context) => {
  const { node, make } = context;
  const pads = numbersOf(context.ints(1)) ?? intsAttr(node, "pads");
  if (pads === undefined) throw context.refused("its pads are not constant");
  const shape = context.inputShape(0);
  const axes = (node.inputs[3] && numbersOf(context.ints(3))) ?? shape.map((_, axis) => axis);
  const mode = stringAttr(node, "mode", "constant");
  const places = axes.map((each, i) => {
    const axis = axisIndex(each, shape.length)!;
    return { axis, begin: pads[i]!, end: pads[i + axes.length]! };
  });
  if (mode !== "constant") {
    const selections = places.map(({ axis, begin }) => {
      const count = context.outputShape(0)[axis]!;
      return { axis, from: Array.from({ length: count }, (_, i) => padded(i - begin, shape[axis]!, mode)) };
    });
    return [unselect(context, selections)];
  }
  const flat = make.ints([...places.map(({ begin }) => -begin), ...places.map(({ end }) => -end)]);
  const all = places.every(({ begin, end }) => begin >= 0 && end >= 0);
  if (!all) return [make.op("Pad", [context.gradients[0], flat, undefined, make.ints(places.map(({ axis }) => axis))])];
  const starts = make.ints(places.map(({ begin }) => begin));
  const ends = make.ints(places.map(({ axis, begin }) => begin + shape[axis]!));
  return [make.op("Slice", [context.gradients[0], starts, ends, make.ints(places.map(({ axis }) => axis))])];
};

/** The input's place that place i, which may lie outside, is filled from. */
function padded(i: number, size: number, mode: string): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "wrap") return ((i % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const place = ((i % period) + period) % period;
  return place < size ? place : period - place;
}

/** A table that is looked up: rows that were taken several times get all their gradients. */
export const gatherGradient: GradientRule = (context) => {
  const { node, make } = context;
  const shape = context.inputShape(0);
  const axis = axisIndex(intAttr(node, "axis", 0), shape.length)!;
  const taken = context.inputShape(1).reduce((product, size) => product * size, 1);
  const rows = shape.with(axis, taken);
  const gradient = make.op("Reshape", [context.gradients[0], make.ints(rows)]);
  const column = shape.map((_, each) => (each === axis ? taken : 1));
  const indices = make.op("Reshape", [node.inputs[1], make.ints(column)]);
  const zeros = make.op("Expand", [make.scalar(0), make.ints(shape)]);
  const everywhere = make.op("Expand", [indices, make.ints(rows)]);
  return [
    make.op("ScatterElements", [zeros, everywhere, gradient], { axis: attr.int(axis), reduction: attr.string("add") }),
  ];
};
