import type { Value } from "@pare/ir";
import type { Site } from "../site.ts";

/** Clip 11: `min` and `max` became inputs of the data's own type. Absent ones are the type's limits, before and after. */
export function limitsToInputs(site: Site): void {
  if (!site.node.attrs.has("min") && !site.node.attrs.has("max")) return;
  const inputs = [site.node.inputs[0], limit(site, "min"), limit(site, "max")];
  site.change({ inputs, attrs: { min: undefined, max: undefined } });
}

function limit(site: Site, name: "min" | "max"): Value | undefined {
  const value = site.float(name);
  return value === undefined ? undefined : site.scalarLike(0, name, value);
}
