/**
 * What the forms of a weight gradient cost in ONNX Runtime's CPU provider, in multiply-adds a sample, after
 * `benchmarks/train/gradients.ts` (1.30, two busy cores of a Zen 3 (AVX2): the least of 60 runs each, milliseconds).
 *
 * | convolution | as convolution | slices | shift both | shift, stack | stack, shift |
 * |---|---|---|---|---|---|
 * | 3→16, 32² | 14 | 12 | 16 | 7.1 | 8.0 |
 * | 16→16, 32² | 86 | 40 | 24 | 40 | 41 |
 * | 32→32, 16² | 61 | 34 | 22 | 23 | 24 |
 * | 64→64, 8² | 41 | 24 | 20 | 27 | 24 |
 * | 16→32, 32², stride 2 | 44 | 22 | – | 16 | 19 |
 * | 32→64, 16², stride 2 | 22 | 13 | – | 13 | 12 |
 * | 3→32, 224², stride 2, batch 8 | 20 | 43 | – | 68 | 60 |
 *
 * 1. Products with 0/1 matrices run at the speed of the contraction: their multiply-adds count as they are.
 * 2. A copied element costs as much as `copied` multiply-adds in a Slice, `skipped` where the stride leaves some out.
 * 3. The convolution copies each window's elements in pieces as long as the kernel is wide, and multiplies by a matrix as
 *    narrow as the kernel is large: whole vectors of 16 are paid.
 */
import type { FixedWindow } from "../fixed-window.ts";
import { asConvolution } from "./as-convolution.ts";
import { shiftBoth, shiftThenStack, stackThenShift } from "./by-products.ts";
import { bySlices } from "./by-slices.ts";
import { type ConvShapes, planeOf, type WeightGradient } from "./plane.ts";

const copied = 45;
const skipped = 150;
const copiedByPiece = 210;
const lanes = 16;

/** Of one group over two axes; the first of equals. */
export function cheapest(shapes: ConvShapes, window: FixedWindow): WeightGradient {
  const [first, ...others] = costs(shapes, window);
  return others.reduce((best, each) => (each[1] < best[1] ? each : best), first!)[0];
}

function costs(shapes: ConvShapes, window: FixedWindow): readonly (readonly [WeightGradient, number])[] {
  const { channels, height, width, outputs, rows, columns, kernelRows, kernelColumns } = planeOf(shapes);
  const isDense = window.strides.every((stride) => stride === 1);
  const kernel = kernelRows * kernelColumns;
  const seen = channels * kernel * rows * columns;
  const contraction = outputs * seen;
  const shiftColumns = kernelColumns * channels * height * width * columns;
  const spreadRows = outputs * columns * kernelRows * height * rows;
  const dense = [
    [shiftBoth, (contraction * height) / rows + spreadRows + shiftColumns],
    [bySlices, contraction + copied * seen],
  ] as const;
  return [
    ...(isDense ? dense : [[bySlices, contraction + skipped * seen] as const]),
    [shiftThenStack, contraction + shiftColumns + kernelColumns * channels * kernelRows * rows * height * columns],
    [stackThenShift, contraction + channels * width * kernelRows * rows * height + seen * width],
    [
      asConvolution,
      (contraction * lanes * Math.ceil(kernel / lanes)) / kernel + (copiedByPiece * seen) / kernelColumns,
    ],
  ];
}
