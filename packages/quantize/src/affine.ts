/**
 * Affine quantizers: real = scale · (code − zeroPoint). Numbers are those of ONNX's QuantizeLinear in float32, so that
 * what is computed here is what a runtime computes.
 */
import type { Affine, QuantType, Range } from "./contract.ts";
import { rangeError } from "./errors.ts";

/** Inclusive. */
export interface CodeRange {
  readonly lowest: number;
  readonly highest: number;
}

export interface GridOptions {
  readonly symmetric: boolean;
  /** Fewer bits than the type has; default all. */
  readonly bits?: number | undefined;
}

/** Bits of a code, and whether it has a sign. */
export const quantTypes = {
  int4: { bits: 4, signed: true },
  uint4: { bits: 4, signed: false },
  int8: { bits: 8, signed: true },
  uint8: { bits: 8, signed: false },
  int16: { bits: 16, signed: true },
  uint16: { bits: 16, signed: false },
} as const satisfies Record<QuantType, { bits: number; signed: boolean }>;

/** The smallest float32 that is not denormal: processors flush smaller scales to zero, or take long over them. */
const smallestNormal = 2 ** -126;
const largestFloat32 = 2 ** 128 - 2 ** 104;

/**
 * The codes that a grid uses.
 * | | asymmetric | symmetric |
 * |---|---|---|
 * | int8 | −128 … 127 | −127 … 127 |
 * | uint8 | 0 … 255 | 1 … 255, zero point 128 |
 * | int8, 7 bits | −64 … 64 | −64 … 64 |
 * | uint8, 7 bits | 0 … 127 | 1 … 127, zero point 64 |
 *
 * Signed codes of fewer bits have one more than these bits can tell apart, as ONNX Runtime's `reduce_range` has it: two
 * products of ±64 and 255 still fit into 16 bits.
 */
export function codeRange(type: QuantType, { symmetric, bits }: GridOptions): CodeRange {
  const kind = quantTypes[type];
  const width = Math.min(bits ?? kind.bits, kind.bits);
  const half = 2 ** (width - 1);
  if (!kind.signed) return { lowest: symmetric ? 1 : 0, highest: 2 * half - 1 };
  if (width < kind.bits) return { lowest: -half, highest: half };
  return { lowest: symmetric ? 1 - half : -half, highest: half - 1 };
}

/**
 * The quantizer whose grid reaches `range` and 0, which is always one of its points. The scale is a float32.
 * Symmetric: the zero point is the middle of the codes. A range so narrow that the scale would be denormal (all zeros,
 * for one) has scale 1: everything in it becomes the zero point.
 * @throws QUANTIZE_RANGE where min > max, or one of them is no finite float32
 */
export function affineOf(range: Range, type: QuantType, options: GridOptions): Affine {
  checkRange(range);
  const { lowest, highest } = codeRange(type, options);
  const middle = (lowest + highest) / 2;
  const low = Math.min(range.min, 0);
  const high = Math.max(range.max, 0);
  if (options.symmetric) {
    const scale = Math.fround(Math.max(-low, high) / (highest - middle));
    return { scale: scale < smallestNormal ? 1 : scale, zeroPoint: middle };
  }
  const scale = Math.fround((high - low) / (highest - lowest));
  if (scale < smallestNormal) return { scale: 1, zeroPoint: Math.max(lowest, 0) };
  const zeroPoint = lowest + roundHalfEven(-low / scale);
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, lowest), highest) };
}

function checkRange({ min, max }: Range): void {
  if (!(Math.abs(min) <= largestFloat32 && Math.abs(max) <= largestFloat32 && min <= max)) throw rangeError(min, max);
}

/** To the nearest integer, ties to the even one; for magnitudes below 2^51. */
export function roundHalfEven(value: number): number {
  const shift = 1.5 * 2 ** 52;
  return value + shift - shift;
}

/** The code of a number: division and rounding as in float32. NaN becomes the zero point; infinities the end of the range. */
export function quantizeNumber(value: number, { scale, zeroPoint }: Affine, { lowest, highest }: CodeRange): number {
  const steps = Math.fround(Math.fround(value) / scale);
  if (Number.isNaN(steps)) return zeroPoint;
  const bounded = Math.min(Math.max(steps, lowest - zeroPoint), highest - zeroPoint);
  return roundHalfEven(bounded) + zeroPoint;
}

/** What a code stands for, as float32. */
export function dequantizeNumber(code: number, { scale, zeroPoint }: Affine): number {
  return Math.fround((code - zeroPoint) * scale);
}
