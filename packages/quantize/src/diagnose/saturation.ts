/**
 * x86-64 without VNNI multiplies unsigned activations with signed weights by `vpmaddubsw`: two products are added in 16
 * bits, and what does not fit is cut to −32768 … 32767. With codes up to 255 two weights of one sign with |a| + |b| > 128
 * can do that; 7-bit weights (±64) cannot.
 */
import type { CodedWeight } from "./weights.ts";

const largestActivation = 255;
const largestSum = 32767;

/** Whether neighbours along the axis that is summed can saturate with the worst activations there are. */
export function saturates(weight: CodedWeight): boolean {
  const codes = weight.codes();
  const stride = summedStride(weight);
  const length = weight.shape[summedAxis(weight)] ?? 1;
  for (let i = 0; i + stride < codes.length; i++) {
    const place = Math.floor(i / stride) % length;
    if (place % 2 === 0 && place + 1 < length && worstSum(codes[i]!, codes[i + stride]!) > largestSum) return true;
  }
  return false;
}

/** The largest magnitude of a·x + b·y for x and y from 0 to 255. */
function worstSum(a: number, b: number): number {
  const positive = Math.max(a, 0) + Math.max(b, 0);
  const negative = Math.max(-a, 0) + Math.max(-b, 0);
  return largestActivation * Math.max(positive, negative);
}

/** Input channels: axis 1 of [M,C,3,3], 0 of [K,N]. */
function summedAxis({ op, axis }: CodedWeight): number {
  return op === "onnx.Conv" ? 1 : 1 - Math.min(axis, 1);
}

function summedStride(weight: CodedWeight): number {
  return weight.shape.slice(summedAxis(weight) + 1).reduce((product, size) => product * size, 1);
}
