import { allGraphs, type Model } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { byteSize, elementCount } from "@pare/tensor";

/**
 * The value that takes the most memory when the model runs, among those whose sizes are fixed. A file of a few hundred
 * bytes can ask for terabytes.
 */
export function largestValue(model: Model): { readonly name: string; readonly sizeBytes: number } | undefined {
  const inference = inferTypes(model, { assumeInitialValues: true });
  let largest: { name: string; sizeBytes: number } | undefined;
  for (const graph of allGraphs(model))
    for (const value of graph.values) {
      const type = inference.type(value);
      if (type?.kind !== "tensor" || type.dtype === undefined) continue;
      if (!type.shape?.every((dim) => typeof dim === "number")) continue;
      const sizeBytes = byteSize(type.dtype, elementCount(type.shape)) ?? 0;
      if (largest === undefined || sizeBytes > largest.sizeBytes) largest = { name: value.name, sizeBytes };
    }
  return largest;
}
