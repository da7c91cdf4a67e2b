/** Small tensors whose elements are known before running, as far as they are: the material of shape arithmetic. */
import { type Dim, safeInts } from "@pare/ir";
import { type DType, dtypes, elementCount, isFloat, numbers, type Tensor } from "@pare/tensor";
import { largest } from "./broadcast.ts";
import type { KnownInts } from "./spec.ts";

/** Tensors with more elements than this are data, not sizes. */
export const mostElements = 1024;

/** The elements of a small numeric constant; undefined where it is large, of another kind, or cannot be read. */
export function knownOfTensor(tensor: Tensor): KnownInts | undefined {
  const { kind } = dtypes[tensor.dtype];
  if (kind === "string" || kind === "complex" || elementCount(tensor.shape) > mostElements) return undefined;
  try {
    const wide = tensor.dtype === "int64" || tensor.dtype === "uint64";
    return { shape: tensor.shape, elements: wide ? safeInts(tensor) : [...numbers(tensor)] };
  } catch {
    return undefined;
  }
}

/** A vector. */
export function knownVector(elements: readonly Dim[]): KnownInts {
  return { shape: [elements.length], elements };
}

export function knownScalar(element: Dim): KnownInts {
  return { shape: [], elements: [element] };
}

/** All elements, if every one of them is a number. */
export function numbersOf(known: KnownInts | undefined): readonly number[] | undefined {
  const elements = known?.elements;
  return elements?.every((element) => typeof element === "number") ? elements : undefined;
}

/** All elements, if every one of them is a number that is not a saturated one: they may be written as a constant. */
export function exactNumbers(known: KnownInts | undefined): readonly number[] | undefined {
  return numbersOf(known)?.every((element) => Math.abs(element) !== Number.MAX_SAFE_INTEGER)
    ? numbersOf(known)
    : undefined;
}

/** The one element of a tensor that has one. */
export function singleOf(known: KnownInts | undefined): Dim {
  return known?.elements.length === 1 ? known.elements[0] : undefined;
}

/** A shape of numbers only, small enough to hold as known elements. */
export function smallShape(shape: readonly Dim[] | undefined): readonly number[] | undefined {
  if (!shape?.every((dim) => typeof dim === "number")) return undefined;
  return elementCount(shape) <= mostElements ? shape : undefined;
}

export function mapKnown(known: KnownInts | undefined, change: (element: Dim) => Dim): KnownInts | undefined {
  return known && { shape: known.shape, elements: known.elements.map(change) };
}

/** Elements of the first, and where they are unknown of the second. */
export function filledKnown(known: KnownInts | undefined, other: KnownInts | undefined): KnownInts | undefined {
  if (known === undefined || other === undefined) return known ?? other;
  return { shape: known.shape, elements: known.elements.map((element, i) => element ?? other.elements[i]) };
}

/** Element by element, broadcast. */
export function zipKnown(
  inputs: readonly (KnownInts | undefined)[],
  combine: (elements: readonly Dim[]) => Dim,
): KnownInts | undefined {
  if (!inputs.every((known) => known !== undefined)) return undefined;
  const rank = largest(inputs.map((known) => known.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const sizes = inputs.map((known) => known.shape[axis - rank + known.shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
  const spread = inputs.map((known) => spreadTo(known, shape));
  if (!spread.every((known) => known !== undefined)) return undefined;
  const count = elementCount(shape);
  const elements = Array.from({ length: count }, (_, i) => combine(spread.map((known) => known.elements[i])));
  return { shape, elements };
}

/** Broadcast to `shape`; undefined where that is too large or impossible. */
export function spreadTo(known: KnownInts, shape: readonly number[]): KnownInts | undefined {
  const skip = shape.length - known.shape.length;
  const fits = skip >= 0 && known.shape.every((size, axis) => size === 1 || size === shape[axis + skip]);
  if (!fits) return undefined;
  return reindex(known, shape, (at) => known.shape.map((size, axis) => (size === 1 ? 0 : at[axis + skip]!)));
}

/** A tensor of `shape` whose element at `at` is the one of `known` at `source(at)`. */
export function reindex(
  known: KnownInts,
  shape: readonly number[],
  source: (at: readonly number[]) => readonly number[],
): KnownInts | undefined {
  const places = placesOf(shape);
  return places && { shape, elements: places.map((at) => known.elements[flatIndex(source(at), known.shape)]) };
}

/** Every index of a small shape, in row-major order. */
export function placesOf(shape: readonly number[]): readonly (readonly number[])[] | undefined {
  if (elementCount(shape) > mostElements) return undefined;
  if (shape.includes(0)) return [];
  return shape.reduce<readonly (readonly number[])[]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}

export function flatIndex(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, place, axis) => index * shape[axis]! + place, 0);
}

/** The result of arithmetic as this element type holds it; unknown where it does not fit. */
export function fitted(value: Dim, dtype: DType | undefined): Dim {
  if (typeof value !== "number") return value;
  if (dtype !== undefined && isFloat(dtype)) return dtype === "float32" ? Math.fround(value) : value;
  const { bits } = dtypes[dtype ?? "int64"];
  const limit = bits === undefined || bits > 53 ? Number.MAX_SAFE_INTEGER : 2 ** bits;
  return Number.isInteger(value) && Math.abs(value) <= limit ? value : undefined;
}
