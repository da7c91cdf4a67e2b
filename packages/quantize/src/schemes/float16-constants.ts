/**
 * Constants as float16.
 *
 * 1. To nearest, ties to even; what is below half the smallest step becomes 0.
 * 2. A single number that would become 0 is the smallest step, 2⁻²⁴, instead: it keeps a divisor from 0.
 * 3. Magnitudes of 10³⁰ and more stand for infinity (masks): ±2¹⁴, of which a few may be added. As bounds: infinity.
 * 4. Other magnitudes beyond 65504 cannot be float16.
 */
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { halfTensor } from "../weights/half-source.ts";
import { energyOf } from "../weights/scan.ts";

export const largestFloat16 = 65504;
const smallestStep = 2 ** -24;
const asGoodAsInfinite = 1e30;
const mask = 2 ** 14;

/** Whether it has numbers that only float32 holds. As a bound everything is possible. */
export function exceedsFloat16(tensor: Tensor, isBound: boolean): boolean {
  if (isBound || energyOf(tensor).largest <= largestFloat16) return false;
  return numbers(tensor).some((value) => Math.abs(value) > largestFloat16 && !standsForInfinity(value));
}

export function toHalf(tensor: Tensor, isBound: boolean): Tensor {
  if (elementCount(tensor.shape) > 1 && energyOf(tensor).largest <= largestFloat16) return halfTensor(tensor);
  const values = numbers(tensor);
  return tensorOf(
    "float16",
    tensor.shape,
    values.map((value) => halfNumber(value, isBound, values.length === 1)),
  );
}

/** The same numbers as float32, masks as they will be: what the model is observed with. */
export function withMasks(tensor: Tensor): Tensor | undefined {
  if (energyOf(tensor).largest < asGoodAsInfinite) return undefined;
  return tensorOf(
    "float32",
    tensor.shape,
    numbers(tensor).map((value) => halfNumber(value, false, false)),
  );
}

function halfNumber(value: number, isBound: boolean, isSingle: boolean): number {
  if (standsForInfinity(value)) return Math.sign(value) * (isBound ? Number.POSITIVE_INFINITY : mask);
  if (isSingle && value !== 0 && Math.abs(value) < smallestStep) return Math.sign(value) * smallestStep;
  return value;
}

function standsForInfinity(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) >= asGoodAsInfinite;
}
