import { intAttr, intsAttr, type Node, stringAttr } from "@pare/ir";

/** A window over spatial axes, from a node's attributes; automatic padding worked out for `outputs` windows. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly outputs: readonly number[];
}

export function windowOf(node: Node, kernel: readonly number[], sizes: readonly number[]): Window {
  const strides = intsAttr(node, "strides") ?? sizes.map(() => 1);
  const dilations = intsAttr(node, "dilations") ?? sizes.map(() => 1);
  const reach = kernel.map((size, i) => dilations[i]! * (size - 1) + 1);
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  if (auto.startsWith("SAME")) {
    const outputs = sizes.map((size, i) => Math.ceil(size / strides[i]!));
    const total = sizes.map((size, i) => Math.max(0, (outputs[i]! - 1) * strides[i]! + reach[i]! - size));
    const begin = total.map((pad) => (auto === "SAME_UPPER" ? Math.floor(pad / 2) : Math.ceil(pad / 2)));
    return { kernel, strides, dilations, begin, outputs };
  }
  const pads = auto === "VALID" ? undefined : intsAttr(node, "pads");
  const begin = sizes.map((_, i) => pads?.[i] ?? 0);
  const end = sizes.map((_, i) => pads?.[i + sizes.length] ?? 0);
  const ceil = intAttr(node, "ceil_mode", 0) === 1;
  const outputs = sizes.map((size, i) => {
    const steps = (size + begin[i]! + end[i]! - reach[i]!) / strides[i]!;
    const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // The last window starts inside the input or its left padding.
    return ceil && (count - 1) * strides[i]! >= size + begin[i]! ? count - 1 : count;
  });
  return { kernel, strides, dilations, begin, outputs };
}

/** Where element `offset` of window `at` lies; undefined outside of `sizes`. */
export function placeOf(
  { strides, dilations, begin }: Window,
  at: readonly number[],
  offset: readonly number[],
  sizes: readonly number[],
): readonly number[] | undefined {
  const place = at.map((window, i) => window * strides[i]! + offset[i]! * dilations[i]! - begin[i]!);
  return place.every((element, i) => element >= 0 && element < sizes[i]!) ? place : undefined;
}
