import { elementCount, makeTensor, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { affineOf, codeRange, quantizeNumber } from "../affine.ts";
import type { Affine, Range, WeightSpec } from "../contract.ts";
import { nonFiniteWeightError, weightAxisError, weightTypeError } from "../errors.ts";

export interface QuantizedConstant {
  /** Of the spec's type, in the shape of the weight. */
  readonly codes: Tensor;
  /** float32; [] for one scale, else [n] for an axis of n elements. */
  readonly scales: Tensor;
  /** Of the codes' type, in the shape of `scales`. */
  readonly zeroPoints: Tensor;
}

export interface QuantizeConstantOptions {
  /** A scale is at least this, one for each channel: so that a bias that is stored in steps of it fits into int32. */
  readonly leastScales?: readonly number[] | undefined;
}

/**
 * The codes of a constant weight, round to nearest.
 * @throws QUANTIZE_WEIGHT where it is no float tensor, has no such axis, or holds NaN or infinity
 */
export function quantizeConstant(
  tensor: Tensor,
  spec: WeightSpec,
  { leastScales }: QuantizeConstantOptions = {},
): QuantizedConstant {
  const { shape } = tensor;
  const { channels, inner } = layoutOf(tensor, spec.axis);
  const values = numbers(tensor);
  const range = codeRange(spec.type, spec);
  const affines = rangesOf(values, channels, inner).map((each, i) =>
    widened(affineOf(each, spec.type, spec), each, leastScales?.[i] ?? 0, spec),
  );
  const codes = values.map((value, i) => quantizeNumber(value, affines[Math.floor(i / inner) % channels]!, range));
  const of = spec.axis === undefined ? [] : [channels];
  const column = (dtype: "float32" | WeightSpec["type"], pick: (affine: Affine) => number) =>
    tensorOf(dtype, of, affines.map(pick));
  return {
    codes: makeTensor(spec.type, shape, tensorOf(spec.type, shape, codes).source),
    scales: column("float32", ({ scale }) => scale),
    zeroPoints: column(spec.type, ({ zeroPoint }) => zeroPoint),
  };
}

/** Element i belongs to channel ⌊i ÷ inner⌋ mod channels. */
function layoutOf({ dtype, shape }: Tensor, axis: number | undefined): { channels: number; inner: number } {
  if (!["float32", "float16", "bfloat16", "float64"].includes(dtype)) throw weightTypeError(dtype);
  if (axis === undefined) return { channels: 1, inner: elementCount(shape) };
  if (!(axis >= 0 && axis < shape.length)) throw weightAxisError(axis, shape);
  return { channels: shape[axis]!, inner: elementCount(shape.slice(axis + 1)) };
}

function rangesOf(values: Float64Array, channels: number, inner: number): readonly Range[] {
  const least = new Float64Array(channels);
  const most = new Float64Array(channels);
  let nonFinite = 0;
  for (const [i, value] of values.entries()) {
    const channel = Math.floor(i / inner) % channels;
    if (!Number.isFinite(value)) nonFinite++;
    else if (value < least[channel]!) least[channel] = value;
    else if (value > most[channel]!) most[channel] = value;
  }
  if (nonFinite > 0) throw nonFiniteWeightError(nonFinite);
  return Array.from(least, (min, i) => ({ min, max: most[i]! }));
}

/** The quantizer with a scale of at least `leastScale`. */
function widened(affine: Affine, range: Range, leastScale: number, spec: WeightSpec): Affine {
  const scale = Math.fround(leastScale);
  if (scale <= affine.scale) return affine;
  if (spec.symmetric) return { ...affine, scale };
  const { lowest, highest } = codeRange(spec.type, spec);
  return { scale, zeroPoint: quantizeNumber(-range.min, { scale, zeroPoint: lowest }, { lowest, highest }) };
}
