import { dtypes, elementCount, numbers, type Tensor } from "@pare/tensor";

/** The elements of a constant of at most `most`; undefined for a larger one, and for strings and complex numbers. */
export function elementsOf(tensor: Tensor | undefined, most = 1 << 22): Float64Array | undefined {
  if (tensor === undefined || elementCount(tensor.shape) > most) return undefined;
  const { kind } = dtypes[tensor.dtype];
  return kind === "string" || kind === "complex" ? undefined : numbers(tensor);
}

/** The one number that all elements are; undefined where they differ, or there are none. */
export function uniformOf(tensor: Tensor | undefined, most?: number): number | undefined {
  const elements = elementsOf(tensor, most);
  const first = elements?.[0];
  return elements?.every((each) => Object.is(each, first)) ? first : undefined;
}
