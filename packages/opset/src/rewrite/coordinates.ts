import { attr, type Value } from "@pare/ir";
import type { Site } from "../site.ts";

/** Turns a Resize of opset 10, or an Upsample, into what opset 11 says of it. */
export function asymmetric(
  site: Site,
  data: Value | undefined,
  scales: Value | undefined,
  rounding: "floor" | "ceil",
): void {
  const isNearest = (site.string("mode") ?? "nearest") === "nearest";
  site.change({ inputs: [data, roi(site), scales], attrs: coordinates(isNearest, rounding) });
}

export function coordinates(isNearest: boolean, rounding: string, mode = "asymmetric") {
  const nearest = isNearest ? { nearest_mode: attr.string(rounding) } : {};
  return { coordinate_transformation_mode: attr.string(mode), ...nearest };
}

/** Required though unused at opsets 11 and 12. */
export function roi(site: Site): Value | undefined {
  return site.to < 13 ? site.tensor("roi", "float32", [0], []) : undefined;
}
