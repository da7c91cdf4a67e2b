import type { Site } from "../site.ts";

/**
 * AveragePool 19 means what 18 meant, but ONNX Runtime adds up the elements of a window in another order, which changes
 * last bits. Over a window that is the whole image GlobalAveragePool keeps the order.
 */
export function keepSummationOrder(site: Site): void {
  const image = site.shape(0)?.slice(2);
  const kernel = site.ints("kernel_shape");
  const isPadded = site.string("auto_pad")?.startsWith("SAME") || site.ints("pads")?.some((pad) => pad !== 0n);
  if (isPadded || kernel === undefined || image?.length !== kernel.length) return;
  if (kernel.some((size, axis) => Number(size) !== image[axis])) return;
  const attrs = Object.fromEntries([...site.node.attrs.keys()].map((name) => [name, undefined]));
  site.change({ op: "GlobalAveragePool", attrs });
}
