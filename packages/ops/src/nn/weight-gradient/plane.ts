import { attr, type Value } from "@pare/ir";
import { type AxisMatrix, alongAxis, axisMatrix } from "../../gradient/along-axis.ts";
import type { NodeMaker } from "../../gradient/rule.ts";
import type { FixedWindow } from "../fixed-window.ts";

/** ∂W of a convolution is asked for: all values and sizes that it follows from. */
export interface WeightGradientParts {
  /** [N, G·C, …sizes]. */
  readonly data: Value;
  /** ∂Y: [N, G·M, …windows]. */
  readonly gradient: Value;
  readonly shapes: ConvShapes;
  readonly window: FixedWindow;
}

export interface ConvShapes {
  readonly data: readonly number[];
  /** [G·M, C, …kernel]. */
  readonly weight: readonly number[];
  readonly output: readonly number[];
}

export type WeightGradient = (make: NodeMaker, parts: WeightGradientParts) => Value;

/** The sizes of a convolution over two axes. */
export interface Plane {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly rows: number;
  readonly columns: number;
  readonly kernelRows: number;
  readonly kernelColumns: number;
}

export function planeOf({ data, weight, output }: ConvShapes): Plane {
  const [batch, channels, height, width] = data as [number, number, number, number];
  const [, outputs, rows, columns] = output as [number, number, number, number];
  const [, , kernelRows, kernelColumns] = weight as [number, number, number, number];
  return { batch, channels, height, width, outputs, rows, columns, kernelRows, kernelColumns };
}

export const count = (size: number) => Array.from({ length: size }, (_, i) => i);

/** Row (offset, window), column place: 1 where the window's element of that offset lies. [offsets·windows, size] */
export function taps(
  { strides, dilations, padsBegin }: FixedWindow,
  axis: number,
  size: number,
  windows: number,
  offsets: readonly number[],
): AxisMatrix {
  return axisMatrix(offsets.length * windows, size, (row, column) => {
    const offset = offsets[Math.floor(row / windows)]!;
    return (row % windows) * strides[axis]! + offset * dilations[axis]! - padsBegin[axis]! === column ? 1 : 0;
  });
}

/** Row (offset, place), column window: puts each window where its element of that offset lies. [offsets·size, windows] */
export function spreads(
  window: FixedWindow,
  axis: number,
  size: number,
  windows: number,
  offsets: readonly number[],
): AxisMatrix {
  const { strides, dilations, padsBegin } = window;
  return axisMatrix(offsets.length * size, windows, (row, i) => {
    const offset = offsets[Math.floor(row / size)]!;
    return i * strides[axis]! + offset * dilations[axis]! - padsBegin[axis]! === row % size ? 1 : 0;
  });
}

/** The data's column that each window has at one horizontal offset: [N, C, H, W] → [N, C, H, columns]. */
export function shiftedColumns(make: NodeMaker, data: Value, shape: readonly number[], parts: ShiftParts): Value {
  const { plane, window, column } = parts;
  return alongAxis(make, data, shape, 3, taps(window, 1, plane.width, plane.columns, [column]));
}

export interface ShiftParts {
  readonly plane: Plane;
  readonly window: FixedWindow;
  readonly column: number;
}

/** Every vertical offset's rows stacked: [N, C, H, W] → [N, C, k·rows, W]. */
export function stackedRows(make: NodeMaker, data: Value, width: number, plane: Plane, window: FixedWindow): Value {
  const { batch, channels, height, rows, kernelRows } = plane;
  return alongAxis(make, data, [batch, channels, height, width], 2, taps(window, 0, height, rows, count(kernelRows)));
}

/**
 * Σₙ A[n]·B[n]ᵀ of [N, A, L] and [N, B, L]: [A, B]. Sample by sample (ONNX Runtime takes the transposition into the
 * product), or, where a sample's product is larger than what it is made of, in one product of all samples' elements: sums
 * over samples would take longer than turning both. Milliseconds as in `cost.ts`, by sample and at once: 160→960, 4², 1×1,
 * batch 64: 10.3, 5.7; 256→256, 7², 3×3, batch 32: 120, 39; 128→128, 8², 3×3, batch 64, near the limit: 28.0, 27.6.
 */
export function contract(make: NodeMaker, left: Value, right: Value, sizes: ContractionSizes): Value {
  const { a, b, length } = sizes;
  if (a * b > (a + b) * length) return contractAtOnce(make, left, right, sizes);
  const each = make.op("MatMul", [left, make.op("Transpose", [right], { perm: attr.ints([0, 2, 1]) })]);
  return overSamples(make, each);
}

export interface ContractionSizes {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

function contractAtOnce(make: NodeMaker, left: Value, right: Value, { a, b }: ContractionSizes): Value {
  const [rows, columns] = [samplesInside(make, left, a), samplesInside(make, right, b)];
  return make.op("Gemm", [rows, columns], { transB: attr.int(1) });
}

/** [N, C, …] → [C, N·…]. */
function samplesInside(make: NodeMaker, value: Value, channels: number): Value {
  return reshaped(make, make.op("Transpose", [value], { perm: attr.ints([1, 0, 2]) }), [channels, -1]);
}

export function overSamples(make: NodeMaker, value: Value): Value {
  return make.op("ReduceSum", [value, make.ints([0])], { keepdims: attr.int(0) });
}

export function reshaped(make: NodeMaker, value: Value, shape: readonly number[]): Value {
  return make.op("Reshape", [value, make.ints(shape)]);
}

export function joined(make: NodeMaker, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0]! : make.op("Concat", values, { axis: attr.int(axis) });
}
