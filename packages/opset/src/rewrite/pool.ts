import { intsAttr, type Node } from "@pare/ir";
import type { Site } from "../site.ts";

/**
 * AveragePool 19 means what 18 meant, but ONNX Runtime computes it by another kernel, whose last bits differ. Where the
 * one window is the whole image both had the kernel of GlobalAveragePool, so that keeps the bits.
 */
export function wholeImageToGlobal(site: Site): void {
  const image = site.shape(0)?.slice(2);
  const kernel = site.ints("kernel_shape");
  const isPadded = site.string("auto_pad")?.startsWith("SAME") || site.ints("pads")?.some((pad) => pad !== 0n);
  const isStrided = site.ints("strides")?.some((stride) => stride !== 1n);
  if (isPadded || isStrided || kernel === undefined || image?.length !== kernel.length) return;
  if (kernel.some((size, axis) => Number(size) !== image[axis])) return;
  const attrs = Object.fromEntries([...site.node.attrs.keys()].map((name) => [name, undefined]));
  site.change({ op: "GlobalAveragePool", attrs });
}

/**
 * Whether ONNX Runtime gives an AveragePool other last bits from opset 19 on. Below, it adds up the columns of a window
 * first, except where windows are a line or stand more than two elements apart; from 19 on always row by row.
 */
export function roundsOtherwise(node: Node): boolean {
  if (node.op !== "onnx.AveragePool" || node.attrs.get("strides")?.kind === "reference") return false;
  const kernel = intsAttr(node, "kernel_shape") ?? [];
  return kernel.filter((size) => size > 1).length > 1 && (intsAttr(node, "strides")?.at(-1) ?? 1) <= 2;
}
