/**
 * ∂W of a convolution: ∂W[o,c,r,s] = Σ over pictures and windows of ∂Y[o,i,j]·X[c, i·stride + r·dilation − pad, …].
 *
 * portable: a convolution in which samples take the channels' place, the output's gradient the weights', and stride and
 *   dilation each other's. Any number of axes and groups.
 * cpu, pictures of one group: shifted copies are made by products with 0/1 matrices, which also pad and stride, and are
 *   contracted with one product an offset. At stride 1 the vertical offsets go to ∂Y and the horizontal ones to X, so that
 *   neither is copied more than kernel times; at larger strides X is thinned out first, then stacked.
 * cpu, depthwise: the same copies, contracted within their channel.
 */
import { attr, type Value } from "@pare/ir";
import { type AxisMatrix, alongAxis, axisMatrix } from "../gradient/along-axis.ts";
import type { Formulation, NodeMaker } from "../gradient/rule.ts";
import type { ConvShapes } from "./conv-gradient.ts";
import type { FixedWindow } from "./fixed-window.ts";

export interface WeightGradientParts {
  readonly data: Value;
  /** Of the output. */
  readonly gradient: Value;
  readonly shapes: ConvShapes;
  readonly window: FixedWindow;
  readonly formulation: Formulation;
}

/** A shift costs the width, a product the channels: for wide pictures of few channels the plain form is cheaper. */
const widest = 16;

export function weightGradient(make: NodeMaker, parts: WeightGradientParts): Value {
  const { shapes, window, formulation } = parts;
  const { data, weight } = shapes;
  if (formulation === "portable" || data.length !== 4 || data[3]! > widest * Math.max(weight[0]!, 8))
    return asConvolution(make, parts);
  const isDepthwise = window.group > 1 && window.group === data[1] && window.group === weight[0];
  if (isDepthwise) return byChannel(make, parts);
  if (window.group > 1) return asConvolution(make, parts);
  return window.strides.every((stride) => stride === 1) ? shiftBoth(make, parts) : shiftData(make, parts);
}

/** Row (offset, window), column place: 1 where the window's element of that offset lies there. [k·outputs, inputs] */
function taps(
  window: FixedWindow,
  axis: number,
  inputs: number,
  outputs: number,
  offsets: readonly number[],
): AxisMatrix {
  const { strides, dilations, padsBegin } = window;
  const place = (offset: number, i: number) => i * strides[axis]! + offset * dilations[axis]! - padsBegin[axis]!;
  return axisMatrix(offsets.length * outputs, inputs, (row, column) =>
    place(offsets[Math.floor(row / outputs)]!, row % outputs) === column ? 1 : 0,
  );
}

const count = (size: number) => Array.from({ length: size }, (_, i) => i);

function shiftBoth(make: NodeMaker, { data, gradient, shapes, window }: WeightGradientParts): Value {
  const [batch, channels, height, width] = shapes.data as [number, number, number, number];
  const [, outputs, rows, columns] = shapes.output as [number, number, number, number];
  const [kernelRows, kernelColumns] = window.kernel as [number, number];
  const spread = transposedTaps(window, 0, height, rows, count(kernelRows));
  const stacked = alongAxis(make, gradient, shapes.output, 2, spread);
  const left = make.op("Reshape", [stacked, make.ints([batch, outputs * kernelRows, height * columns])]);
  const byColumn = count(kernelColumns).map((column) => {
    const shifted = alongAxis(make, data, shapes.data, 3, taps(window, 1, width, columns, [column]));
    const right = make.op("Reshape", [shifted, make.ints([batch, channels, height * columns])]);
    return contract(make, left, right);
  });
  const each = byColumn.map((value) => make.op("Reshape", [value, make.ints([outputs, kernelRows, channels, 1])]));
  return make.op("Transpose", [joined(make, each, 3)], { perm: attr.ints([0, 2, 1, 3]) });
}

/** Rows (offset, place), column window: puts each window's row where its element of that offset lies. */
function transposedTaps(
  window: FixedWindow,
  axis: number,
  inputs: number,
  outputs: number,
  offsets: readonly number[],
) {
  const { strides, dilations, padsBegin } = window;
  return axisMatrix(offsets.length * inputs, outputs, (row, i) => {
    const place = i * strides[axis]! + offsets[Math.floor(row / inputs)]! * dilations[axis]! - padsBegin[axis]!;
    return place === row % inputs ? 1 : 0;
  });
}

function shiftData(make: NodeMaker, parts: WeightGradientParts): Value {
  const { gradient, shapes, window } = parts;
  const [batch, channels] = shapes.data as [number, number];
  const [, outputs, rows, columns] = shapes.output as [number, number, number, number];
  const [kernelRows, kernelColumns] = window.kernel as [number, number];
  const left = make.op("Reshape", [gradient, make.ints([batch, outputs, rows * columns])]);
  const each = count(kernelColumns).map((column) => {
    const right = make.op("Reshape", [
      windowsOf(make, parts, column),
      make.ints([batch, channels * kernelRows, rows * columns]),
    ]);
    return make.op("Reshape", [contract(make, left, right), make.ints([outputs, channels, kernelRows, 1])]);
  });
  return joined(make, each, 3);
}

/** The data's elements at one horizontal offset and all vertical ones: [N, C, k·rows, columns]. */
function windowsOf(make: NodeMaker, { data, shapes, window }: WeightGradientParts, column: number): Value {
  const [batch, channels, height, width] = shapes.data as [number, number, number, number];
  const [, , rows, columns] = shapes.output as [number, number, number, number];
  const shifted = alongAxis(make, data, shapes.data, 3, taps(window, 1, width, columns, [column]));
  const vertical = taps(window, 0, height, rows, count(window.kernel[0]!));
  return alongAxis(make, shifted, [batch, channels, height, columns], 2, vertical);
}

function byChannel(make: NodeMaker, parts: WeightGradientParts): Value {
  const { gradient, shapes, window } = parts;
  const [batch, channels] = shapes.data as [number, number];
  const [, , rows, columns] = shapes.output as [number, number, number, number];
  const [kernelRows, kernelColumns] = window.kernel as [number, number];
  const right = make.op("Reshape", [gradient, make.ints([batch, channels, rows * columns, 1])]);
  const each = count(kernelColumns).map((column) => {
    const left = make.op("Reshape", [
      windowsOf(make, parts, column),
      make.ints([batch, channels, kernelRows, rows * columns]),
    ]);
    return overSamples(make, make.op("MatMul", [left, right]));
  });
  return make.op("Reshape", [joined(make, each, 2), make.ints(shapes.weight)]);
}

/** Σₙ A[n]·B[n]ᵀ of [N, A, L] and [N, B, L]: [A, B]. ONNX Runtime takes the transposition into the product. */
function contract(make: NodeMaker, left: Value, right: Value): Value {
  return overSamples(make, make.op("MatMul", [left, make.op("Transpose", [right], { perm: attr.ints([0, 2, 1]) })]));
}

function overSamples(make: NodeMaker, value: Value): Value {
  return make.op("ReduceSum", [value, make.ints([0])], { keepdims: attr.int(0) });
}

function joined(make: NodeMaker, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0]! : make.op("Concat", values, { axis: attr.int(axis) });
}

function asConvolution(make: NodeMaker, { data, gradient, shapes, window }: WeightGradientParts): Value {
  const { group, kernel, strides, dilations, padsBegin, padsEnd } = window;
  const [batch, channels, ...sizes] = shapes.data as [number, number, ...number[]];
  const windows = shapes.output.slice(2);
  const spatial = (from: number) => sizes.map((_, i) => i + from);
  const grouped = make.op("Reshape", [data, make.ints([batch, group, channels / group, ...sizes])]);
  const turned = make.op("Transpose", [grouped], { perm: attr.ints([2, 1, 0, ...spatial(3)]) });
  const samples = make.op("Reshape", [turned, make.ints([channels / group, group * batch, ...sizes])]);
  const filters = make.op("Transpose", [gradient], { perm: attr.ints([1, 0, ...spatial(2)]) });
  const product = make.op("Conv", [samples, filters], {
    kernel_shape: attr.ints(windows),
    strides: attr.ints(dilations),
    dilations: attr.ints(strides),
    pads: attr.ints([...padsBegin, ...padsEnd]),
    group: attr.int(group),
  });
  const found = foundSizes(sizes, windows, window);
  const isExact = found.every((size, i) => size === kernel[i]);
  const cut = isExact
    ? product
    : make.op("Slice", [product, make.ints(kernel.map(() => 0)), make.ints(kernel), make.ints(spatial(2))]);
  return make.op("Transpose", [cut], { perm: attr.ints([1, 0, ...spatial(2)]) });
}

/** Offsets that the convolution finds: more than the kernel's where a stride leaves something over. */
function foundSizes(sizes: readonly number[], windows: readonly number[], window: FixedWindow): readonly number[] {
  const { strides, dilations, padsBegin, padsEnd } = window;
  return sizes.map((size, i) => {
    const room = size + padsBegin[i]! + padsEnd[i]! - (strides[i]! * (windows[i]! - 1) + 1);
    return Math.floor(room / dilations[i]!) + 1;
  });
}
