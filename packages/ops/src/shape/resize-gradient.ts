/**
 * Resize is a linear map of each axis, one row an output place: its transpose brings the gradient back.
 *
 * 1. `nearest` has a single 1 in a row, `linear` the two weights of a straight line between neighbours; beyond the edge
 *    lies the edge.
 * 2. Which element is nearest hangs on the last bit of a coordinate: coordinates are float32, in the runtime's order.
 * 3. Cubic, antialiased and cropping resizes are refused.
 */
import { intAttr, intsAttr, type Node, stringAttr } from "@pare/ir";
import { type AxisMatrix, alongAxis, axisMatrix, transposed } from "../gradient/along-axis.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { numbersOf } from "../known.ts";
import { axisIndex } from "../value-types.ts";

export const resizeGradient: GradientRule = (context) => {
  const { make, node } = context;
  if (intAttr(node, "antialias", 0) !== 0) throw context.refused("it is antialiased");
  const scales = scalesOf(context);
  const place = placement(context);
  const row = rowOf(context);
  const from = context.inputShape(0);
  const now = [...context.outputShape(0)];
  let gradient = context.gradients[0]!;
  for (const [axis, size] of from.entries()) {
    const axisSizes = { from: size, to: now[axis]!, scale: scales[axis]! };
    gradient = alongAxis(make, gradient, now, axis, transposed(resizing(axisSizes, place, row)));
    now[axis] = size;
  }
  return [gradient];
};

interface AxisSizes {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where output place `i` lies on the input's axis. */
type Placement = (i: number, sizes: AxisSizes) => number;
/** Input elements and their weights for a coordinate. */
type Row = (at: number, size: number) => readonly (readonly [index: number, weight: number])[];

function resizing(sizes: AxisSizes, place: Placement, row: Row): AxisMatrix {
  const { from, to, scale } = sizes;
  const isCopy = scale === 1 && from === to;
  const rows = Array.from({ length: to }, (_, i) => (isCopy ? [[i, 1] as const] : row(place(i, sizes), from)));
  return axisMatrix(to, from, (i, index) =>
    rows[i]!.reduce((sum, [element, weight]) => sum + (element === index ? weight : 0), 0),
  );
}

const f32 = Math.fround;

const placements: Readonly<Record<string, Placement>> = {
  half_pixel: (i, { scale }) => f32(f32(f32(i + 0.5) / scale) - 0.5),
  pytorch_half_pixel: (i, { to, scale }) => (to > 1 ? f32(f32(f32(i + 0.5) / scale) - 0.5) : 0),
  asymmetric: (i, { scale }) => f32(i / scale),
  align_corners: (i, { from, to }) => (to === 1 ? 0 : f32(f32(i * (from - 1)) / (to - 1))),
  half_pixel_symmetric: (i, { from, to, scale }) => {
    const adjustment = f32(to / f32(scale * from));
    const offset = f32(f32(from / 2) * f32(1 - adjustment));
    return f32(f32(offset + f32(f32(i + 0.5) / scale)) - 0.5);
  },
};

function placement(context: GradientContext): Placement {
  const mode = stringAttr(context.node, "coordinate_transformation_mode", "half_pixel");
  const found = placements[mode];
  if (found === undefined) throw context.refused(`the coordinate mode ${mode} has no gradient rule`);
  return found;
}

const halfDown = (at: number) => Math.ceil(at - 0.5);
const halfUp = (at: number) => Math.floor(at + 0.5);
const roundings: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: halfDown,
  round_prefer_ceil: halfUp,
  floor: Math.floor,
  ceil: Math.ceil,
};

function rowOf(context: GradientContext): Row {
  const mode = stringAttr(context.node, "mode", "nearest");
  if (mode === "linear") return linear;
  if (mode !== "nearest") throw context.refused(`the mode ${mode} has no gradient rule`);
  const round = roundings[stringAttr(context.node, "nearest_mode", "round_prefer_floor")]!;
  return (at, size) => [[clamp(round(at), size), 1]];
}

const linear: Row = (at, size) => {
  const inside = Math.min(Math.max(at, 0), size - 1);
  const low = Math.floor(inside);
  return low === size - 1
    ? [[low, 1]]
    : [
        [low, 1 - (inside - low)],
        [low + 1, inside - low],
      ];
};

const clamp = (index: number, size: number) => Math.min(Math.max(index, 0), size - 1);

/** By axis, float32: those that are given, or what the given sizes come to. */
function scalesOf(context: GradientContext): readonly number[] {
  const { node } = context;
  const [from, to] = [context.inputShape(0), context.outputShape(0)];
  const axes = axesOf(node, from.length);
  const given = node.inputs[2] === undefined ? undefined : numbersOf(context.ints(2));
  if (given !== undefined && given.length > 0)
    return from.map((_, axis) => (axes.includes(axis) ? f32(given[axes.indexOf(axis)]!) : 1));
  const sizes = node.inputs[3] === undefined ? undefined : numbersOf(context.ints(3));
  if (sizes === undefined || sizes.length === 0) throw context.refused("its scales or sizes are not constant");
  const ratios = axes.map((axis, i) => f32(sizes[i]! / from[axis]!));
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const factor = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return from.map((size, axis) => {
    if (!axes.includes(axis)) return 1;
    return policy === "stretch" ? f32(to[axis]! / size) : factor;
  });
}

function axesOf(node: Node, rank: number): readonly number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return intsAttr(node, "axes")?.map((axis) => axisIndex(axis, rank)!) ?? all;
}
