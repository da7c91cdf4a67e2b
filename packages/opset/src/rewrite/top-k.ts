import type { Site } from "../site.ts";

/** TopK 10: `k` became an input, a vector of one element. */
export function countToInput(site: Site): void {
  const k = site.int("k");
  if (k !== undefined) site.change({ inputs: [site.node.inputs[0], site.int64s("k", [k])], attrs: { k: undefined } });
}
