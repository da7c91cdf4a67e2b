import type { Graph } from "@pare/ir";
import { isFloat, numbers, type Tensor, tensorOf } from "@pare/tensor";

/** A tensor with fewer zeros was not pruned. */
const prunedShare = 0.1;

/** For each constant of two axes or more with a tenth of zeros: 1 where an element is not 0, of its shape. */
export function zeroMasks(graph: Graph): ReadonlyMap<string, Tensor> {
  const masks = new Map<string, Tensor>();
  for (const { name, origin } of graph.values) {
    if (origin.kind !== "constant" || !isFloat(origin.tensor.dtype) || origin.tensor.shape.length < 2) continue;
    const mask = Array.from(numbers(origin.tensor), (element) => (element === 0 ? 0 : 1));
    const zeros = mask.filter((element) => element === 0).length;
    if (zeros >= prunedShare * mask.length && zeros < mask.length)
      masks.set(name, tensorOf("float32", origin.tensor.shape, mask));
  }
  return masks;
}
