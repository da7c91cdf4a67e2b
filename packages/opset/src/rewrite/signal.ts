import { attr } from "@pare/ir";
import type { Site } from "../site.ts";

/** DFT 20: the axis became an input, and its default went from 1 to −2, the last axis of the signal. */
export function axisToInput(site: Site): void {
  const axis = site.int("axis") ?? 1;
  const [data, length] = site.node.inputs;
  const rank = site.shape(0)?.length;
  const isDefault = axis === -2 || axis + 2 === rank;
  const input = isDefault ? undefined : site.tensor("axis", "int64", [], [axis]);
  if (input !== undefined || site.node.attrs.has("axis"))
    site.change({ inputs: [data, length, input], attrs: { axis: undefined } });
}

/** GridSample 20: "bilinear" is called "linear", "bicubic" is called "cubic". */
export function renameInterpolation(site: Site): void {
  const names: Readonly<Record<string, string>> = { bilinear: "linear", bicubic: "cubic" };
  const name = names[site.string("mode") ?? ""];
  if (name !== undefined) site.change({ attrs: { mode: attr.string(name) } });
}

/** RoiAlign 16: the half-pixel shift became the default. */
export function withoutPixelShift(site: Site): void {
  if (site.node.attrs.has("coordinate_transformation_mode")) return;
  site.change({ attrs: { coordinate_transformation_mode: attr.string("output_half_pixel") } });
}
