import { attr, type Value } from "@pare/ir";
import type { Site } from "../site.ts";
import { asymmetric, coordinates, roi } from "./coordinates.ts";

/**
 * A nearest Resize of opset 10 rounds down along axes that grow and up along axes that shrink: one node for either.
 *
 * ONNX Runtime copies where no size changes, whatever the factors: 5 elements by 1.1 are 5, but not the same ones. The
 * first node must not fall for that, so where it cannot be seen that a size changes, both work with one more axis, which
 * grows to 2 and shrinks back to 1.
 */
export function growThenShrink(site: Site): void {
  const [data] = site.node.inputs;
  const isLifted = !surelyGrows(site);
  const axes = attr.ints([-1]);
  const lifted = isLifted ? site.before("Unsqueeze", [data], { axes }) : data;
  const grown = site.before("Resize", [lifted, roi(site), factors(site, "Max", isLifted)], coordinates(true, "floor"));
  asymmetric(site, grown, factors(site, "Min", isLifted), "ceil");
  if (isLifted) site.after(0, "Squeeze", [], { axes });
}

function surelyGrows(site: Site): boolean {
  const shape = site.shape(0);
  const grown = (factor: number, size: unknown) =>
    factor >= 2 || (typeof size === "number" && Math.floor(Math.fround(size * factor)) > size);
  return site.elements(1)?.some((factor, axis) => grown(factor, shape?.[axis])) ?? false;
}

/** The scales, not below 1 or not above 1. */
function factors(site: Site, bound: "Max" | "Min", isLifted: boolean): Value {
  const extra = bound === "Max" ? 2 : 0.5;
  const scales = site.node.inputs[1];
  const known = site.constant(1) && site.elements(1);
  if (known !== undefined) {
    const all = [
      ...known.map((factor) => Math[bound === "Max" ? "max" : "min"](factor, 1)),
      ...(isLifted ? [extra] : []),
    ];
    return site.tensor("scales", "float32", [all.length], all);
  }
  const bounded = site.before(bound, [scales, site.tensor("one", "float32", [1], [1])]);
  const last = site.tensor("scales", "float32", [1], [extra]);
  return isLifted ? site.before("Concat", [bounded, last], { axis: attr.int(0) }) : bounded;
}
