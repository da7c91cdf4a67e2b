import { attr } from "@pare/ir";
import type { Site } from "../site.ts";
import { asymmetric, coordinates } from "./coordinates.ts";
import { growThenShrink } from "./grow-then-shrink.ts";

/** Upsample 7: scales of height and width became scales of every axis; "bilinear" is called "linear". */
export function scalesOfAllAxes(site: Site): void {
  const [height, width] = [site.float("height_scale"), site.float("width_scale")];
  if (height === undefined || width === undefined) return;
  const mode = site.string("mode") === "bilinear" ? attr.string("linear") : site.node.attrs.get("mode");
  const scales = attr.floats([1, 1, height, width]);
  site.change({ attrs: { height_scale: undefined, width_scale: undefined, scales, mode } });
}

/** Upsample 9: the scales became an input. */
export function scalesToInput(site: Site): void {
  const scales = site.floats("scales");
  if (scales === undefined) return;
  const input = site.tensor("scales", "float32", [scales.length], scales);
  site.change({ inputs: [site.node.inputs[0], input], attrs: { scales: undefined } });
}

/** Upsample 10: it is called Resize. Its scales are 1 or more, so that in its nearest mode Resize 11 rounds down. */
export function upsampleToResize(site: Site): void {
  site.change({ op: "Resize" });
  if (site.to >= 11) asymmetric(site, site.node.inputs[0], site.node.inputs[1], "floor");
}

/**
 * Resize 11: it has coordinates and rounding of choice; what it did is "asymmetric". In nearest mode it rounded down
 * along axes that grow and up along axes that shrink. Where both may be, one node grows and a second one shrinks.
 */
export function sayCoordinates(site: Site): void {
  if (site.node.attrs.has("coordinate_transformation_mode")) return;
  const [data, scales] = site.node.inputs;
  const factors = site.elements(1);
  const isNearest = (site.string("mode") ?? "nearest") === "nearest";
  if (!isNearest || factors?.every((factor) => factor >= 1)) asymmetric(site, data, scales, "floor");
  else if (factors?.every((factor) => factor <= 1)) asymmetric(site, data, scales, "ceil");
  else growThenShrink(site);
}

/**
 * Resize 13: an empty roi or empty scales can be left out, and have to be where sizes are given; the mode
 * "tf_half_pixel_for_nn" is gone: rounding (x + 0.5)/s down is rounding (x + 0.5)/s − 0.5 to nearest, halves up.
 */
export function leaveOutEmptyInputs(site: Site): void {
  const { inputs } = site.node;
  const kept = inputs.map((input, slot) => (slot > 0 && site.constant(slot)?.shape.includes(0) ? undefined : input));
  if (kept.some((input, slot) => input !== inputs[slot])) site.change({ inputs: kept });
  if (site.string("coordinate_transformation_mode") !== "tf_half_pixel_for_nn") return;
  if (site.string("mode") !== "nearest" || site.string("nearest_mode") !== "floor")
    throw site.refused(
      "its coordinate mode tf_half_pixel_for_nn is gone, and only rounding down can be said otherwise",
    );
  site.change({ attrs: coordinates(true, "round_prefer_ceil", "half_pixel") });
}
