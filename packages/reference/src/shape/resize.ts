import { intsAttr, stringAttr } from "@pare/ir";
import { filled, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";

interface Axis {
  readonly from: number;
  readonly to: number;
  /** Float32, as runtimes have it: with it coordinates fall on one side or the other of a half. */
  readonly scale: number;
}

const f32 = Math.fround;

/** The specification's formulas, operation by operation in float32. */
function coordinate(mode: string, i: number, { from, to, scale }: Axis): number {
  const half = f32(f32(f32(i + 0.5) / scale) - 0.5);
  switch (mode) {
    case "half_pixel":
      return half;
    case "pytorch_half_pixel":
      return to > 1 ? half : 0;
    case "asymmetric":
      return f32(i / scale);
    case "align_corners":
      return to === 1 ? 0 : f32(f32(i * (from - 1)) / (to - 1));
    case "half_pixel_symmetric":
      return f32(f32(f32(f32(from / 2) * f32(1 - f32(to / f32(scale * from)))) + f32(f32(i + 0.5) / scale)) - 0.5);
    default:
      throw new Error(`no kernel for coordinates by ${mode}`);
  }
}

function nearest(mode: string, x: number): number {
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  const isHalf = x - Math.floor(x) === 0.5;
  if (isHalf) return mode === "round_prefer_floor" ? Math.floor(x) : Math.ceil(x);
  return Math.round(x);
}

/** The elements that one output place of an axis is made of, with their weights. */
function tapsOf({ node }: KernelContext, axis: Axis, i: number): readonly [number, number][] {
  if (axis.scale === 1 && axis.from === axis.to) return [[i, 1]];
  const x = coordinate(stringAttr(node, "coordinate_transformation_mode", "half_pixel"), i, axis);
  const inside = (index: number) => Math.min(Math.max(index, 0), axis.from - 1);
  if (stringAttr(node, "mode", "nearest") === "nearest")
    return [[inside(nearest(stringAttr(node, "nearest_mode", "round_prefer_floor"), x)), 1]];
  const low = Math.floor(inside(x));
  const part = inside(x) - low;
  return [
    [low, 1 - part],
    [inside(low + 1), part],
  ];
}

function axesOf({ node, inputs, input }: KernelContext): readonly Axis[] {
  const { shape } = input(0);
  const axes = intsAttr(node, "axes")?.map((axis) => (axis + shape.length) % shape.length) ?? shape.map((_, i) => i);
  const scales = inputs[2]?.data.length ? inputs[2].data : undefined;
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const ratios = axes.map((axis, i) => f32((inputs[3]?.data[i] ?? 0) / shape[axis]!));
  const factor = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return shape.map((from, axis) => {
    const i = axes.indexOf(axis);
    if (i < 0) return { from, to: from, scale: 1 };
    if (scales !== undefined) return { from, to: Math.floor(f32(from * f32(scales[i]!))), scale: f32(scales[i]!) };
    if (policy === "stretch") return { from, to: inputs[3]!.data[i]!, scale: ratios[i]! };
    return { from, to: Math.floor(from * factor + 0.5), scale: factor };
  });
}

const resize: Kernel = (context) => {
  const { shape, data } = context.input(0);
  const strides = stridesOf(shape);
  const taps = axesOf(context).map((axis) => Array.from({ length: axis.to }, (_, i) => tapsOf(context, axis, i)));
  const output = filled(
    taps.map((each) => each.length),
    0,
  );
  let index = 0;
  for (const at of places(output.shape)) {
    const choices = at.map((i, axis) => taps[axis]![i]!);
    for (const choice of places(choices.map((each) => each.length))) {
      const picked = choice.map((k, axis) => choices[axis]![k]!);
      const weight = picked.reduce((product, [, each]) => product * each, 1);
      output.data[index]! +=
        weight *
        data[
          offsetOf(
            picked.map(([element]) => element),
            strides,
          )
        ]!;
    }
    index++;
  }
  return [output];
};

export const resizes: Kernels = { "onnx.Resize": resize };
