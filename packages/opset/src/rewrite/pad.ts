import type { Value } from "@pare/ir";
import type { Site } from "../site.ts";

/** Pad 2: `paddings` is called `pads`. */
export function renamePaddings(site: Site): void {
  const pads = site.node.attrs.get("paddings");
  if (pads !== undefined) site.change({ attrs: { paddings: undefined, pads } });
}

/** Pad 11: `pads` and `value` became inputs. A value of 0 is the default. */
export function padsToInputs(site: Site): void {
  const pads = site.ints("pads");
  if (pads === undefined) return;
  const inputs = [site.node.inputs[0], site.int64s("pads", pads), fillValue(site)];
  site.change({ inputs, attrs: { pads: undefined, value: undefined } });
}

function fillValue(site: Site): Value | undefined {
  const value = site.float("value") ?? 0;
  const isUsed = (site.string("mode") ?? "constant") === "constant" && !Object.is(value, 0);
  return isUsed ? site.scalarLike(0, "pad_value", value) : undefined;
}
