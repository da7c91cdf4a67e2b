import { type Dim, floatAttr, floatsAttr, intsAttr, type Node, stringAttr } from "@pare/ir";
import { floorDivDims, mulDims } from "../dims.ts";
import { numbersOf } from "../known.ts";
import { type AxesRule, inputShape, keeps, opaque } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";
import { resizeGradient } from "./resize-gradient.ts";

/** Axes that keep their size are copied; the others are interpolated. */
const scaledAxes: AxesRule = (node, shapeAt) => {
  const shape = inputShape(node, shapeAt, 0) ?? [];
  const output = node.outputs[0] && shapeAt(node.outputs[0]);
  return shape.map((size, axis) => (size !== undefined && size === output?.[axis] ? keeps : opaque)(0, axis, axis));
};

export const resize: OpSpec = {
  op: "onnx.Resize",
  gradient: resizeGradient,
  roles: () => ["data", "param"],
  infer: (context) => {
    const shape = context.shape(0);
    const sizes =
      shape && (context.opset >= 11 ? resizedShape(context, shape) : scaledShape(shape, scalesAt(context, 1)));
    return [tensorType(dtypeOf(context.type(0)), sizes)];
  },
  axes: scaledAxes,
};

export const upsample: OpSpec = {
  op: "onnx.Upsample",
  roles: () => ["data", "param"],
  infer: (context) => {
    const { node } = context;
    const height = floatAttr(node, "height_scale");
    const plane = height === undefined ? undefined : [1, 1, height, floatAttr(node, "width_scale", height)];
    const scales = floatsAttr(node, "scales") ?? plane ?? scalesAt(context, 1);
    const shape = context.shape(0);
    return [tensorType(dtypeOf(context.type(0)), shape && scaledShape(shape, scales))];
  },
  axes: scaledAxes,
};

function scalesAt(context: InferContext, slot: number): readonly number[] | undefined {
  const scales = numbersOf(context.ints(slot));
  return scales?.length === 0 ? undefined : scales;
}

function scaledShape(shape: readonly Dim[], scales: readonly number[] | undefined): readonly Dim[] {
  return shape.map((size, axis) => scaled(size, scales?.[axis]));
}

/** floor(size · scale), the product in float32 as runtimes take it. */
function scaled(size: Dim, scale: number | undefined): Dim {
  if (scale === undefined) return undefined;
  if (typeof size === "number") return Math.floor(Math.fround(size * Math.fround(scale)));
  if (Number.isInteger(scale)) return mulDims(size, scale);
  const divisor = 1 / scale;
  return Number.isInteger(Math.log2(divisor)) ? floorDivDims(size, divisor) : undefined;
}

/** From opset 11: inputs roi, scales, sizes; scales or sizes are given. From 18 on for some axes only. */
function resizedShape(context: InferContext, shape: readonly Dim[]): readonly Dim[] {
  const { node, ints } = context;
  const axes = (intsAttr(node, "axes") ?? shape.map((_, axis) => axis)).map(
    (axis) => axisIndex(axis, shape.length) ?? 0,
  );
  const put = (of: (axis: number, i: number) => Dim) =>
    axes.reduce((sizes: Dim[], axis, i) => sizes.with(axis, of(axis, i)), [...shape]);
  const sizes = ints(3);
  if (sizes !== undefined && sizes.elements.length > 0) return put(sizesFor(node, shape, axes, sizes.elements));
  const scales = scalesAt(context, 2);
  const cropping = stringAttr(node, "coordinate_transformation_mode") === "tf_crop_and_resize";
  return put((axis, i) => (cropping ? undefined : scaled(shape[axis], scales?.[i])));
}

/** With an aspect policy all of the axes are scaled by one factor, the smallest or largest of those asked for. */
function sizesFor(node: Node, shape: readonly Dim[], axes: readonly number[], sizes: readonly Dim[]) {
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return (_: number, i: number) => sizes[i];
  const ratios = axes.map((axis, i) => Number(sizes[i]) / Number(shape[axis]));
  const factor = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return (axis: number) => (Number.isFinite(factor) ? Math.floor(Number(shape[axis]) * factor + 0.5) : undefined);
}
