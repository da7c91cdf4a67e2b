/**
 * Windows that slide over the spatial axes: how many fit.
 *
 * 1. A window of `kernel` elements spaced by `dilation` reaches over dilation·(kernel − 1) + 1 elements.
 * 2. NOTSET and VALID: floor((size + pads − reach) / stride) + 1; VALID has no pads.
 * 3. SAME_UPPER and SAME_LOWER: ceil(size / stride).
 * 4. `ceil` rounds up instead (VALID too, as runtimes have it), but the last window must start inside the input or
 *    its left padding.
 */
import { type Dim, intsAttr, type Node, stringAttr } from "@pare/ir";
import { sizeOrUnknown } from "../counting.ts";
import { addDims, ceilDivDims, floorDivDims, maxDims, minDims, mulDims, subDims } from "../dims.ts";

export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  readonly autoPad: "NOTSET" | "VALID" | "SAME";
}

/** The window that a node's attributes describe over `rank` spatial axes. Strides and dilations default to 1, pads to 0. */
export function windowOf(node: Node, rank: number, kernel: readonly Dim[]): Window {
  const each = (values: readonly number[] | undefined, fallback: number, from = 0) =>
    Array.from({ length: rank }, (_, i) => values?.[from + i] ?? fallback);
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const autoPad = auto.startsWith("SAME") ? "SAME" : auto === "VALID" ? "VALID" : "NOTSET";
  const pads = autoPad === "NOTSET" ? intsAttr(node, "pads") : undefined;
  return {
    kernel,
    strides: each(intsAttr(node, "strides"), 1),
    dilations: each(intsAttr(node, "dilations"), 1),
    padsBegin: each(pads, 0),
    padsEnd: each(pads, 0, rank),
    autoPad,
  };
}

/** Elements that window axis `i` reaches over. */
export function reachOf(window: Window, i: number): Dim {
  return addDims(mulDims(window.dilations[i], subDims(window.kernel[i], 1)), 1);
}

/** Windows along each spatial axis. `sizes`: the input's spatial sizes. */
export function windowCounts(sizes: readonly Dim[], window: Window, ceil = false): Dim[] {
  return sizes.map((size, i) => sizeOrUnknown(windowCount(size, window, i, ceil)));
}

function windowCount(size: Dim, window: Window, i: number, ceil: boolean): Dim {
  const stride = window.strides[i]!;
  if (window.autoPad === "SAME") return ceilDivDims(size, stride);
  const begin = window.padsBegin[i]!;
  const end = window.padsEnd[i]!;
  const reach = reachOf(window, i);
  const room = subDims(addDims(size, begin + end), reach);
  if (!ceil) return addDims(floorDivDims(room, stride), 1);
  const count = addDims(ceilDivDims(room, stride), 1);
  // The last window starts at most stride − 1 + end − reach behind the input's end: before it, for most windows.
  const isInside = typeof reach === "number" && end + stride <= reach;
  return isInside ? count : minDims(count, ceilDivDims(addDims(size, begin), stride));
}

/** Sizes after the transposed window: stride·(size − 1) + outputPadding + reach − pads; see ConvTranspose. */
export function transposedSizes(sizes: readonly Dim[], window: Window, outputPadding: readonly number[]): Dim[] {
  return sizes.map((size, i) => {
    const stride = window.strides[i]!;
    const beyond = addDims(reachOf(window, i), outputPadding[i] ?? 0);
    const natural = addDims(mulDims(subDims(size, 1), stride), beyond);
    if (window.autoPad === "SAME") return sizeOrUnknown(subDims(natural, maxDims(0, subDims(beyond, stride))));
    return sizeOrUnknown(subDims(natural, window.padsBegin[i]! + window.padsEnd[i]!));
  });
}
