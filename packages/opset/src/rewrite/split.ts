import { attr } from "@pare/ir";
import type { Site } from "../site.ts";

/** Split 2: the sizes could be an input, and the axis had no default. */
export function refuseSplitInput(site: Site): void {
  if (site.node.inputs[1] !== undefined) throw site.refused("its sizes are an input, which came back only at opset 13");
  if (!site.node.attrs.has("axis")) throw site.refused("its axis is not said");
}

/** Split 13: the sizes became an input. */
export function sizesToInput(site: Site): void {
  const sizes = site.ints("split");
  if (sizes === undefined) return;
  site.change({ inputs: [site.node.inputs[0], site.int64s("split", sizes)], attrs: { split: undefined } });
}

/** Split 18: without sizes, the number of equal parts is said. */
export function countParts(site: Site): void {
  if (site.node.inputs[1] !== undefined || site.node.attrs.has("num_outputs")) return;
  site.change({ attrs: { num_outputs: attr.int(site.node.outputs.length) } });
}
