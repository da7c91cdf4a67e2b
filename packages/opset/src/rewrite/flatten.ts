import { attr, type Dim, type Value } from "@pare/ir";
import type { Site } from "../site.ts";

/** The data as a matrix, the axes from `axis` on in its rows, and the shape for Reshape to undo that afterwards. */
export function flatten(site: Site, axis: number): { flat: Value; shapeBefore: Value } {
  const [data] = site.node.inputs;
  const flat = site.before("Flatten", [data], { axis: attr.int(axis) });
  const sizes = knownSizes(site.shape(0), axis);
  return { flat, shapeBefore: sizes === undefined ? site.before("Shape", [data]) : site.int64s("shape", sizes) };
}

/** One size may be unknown, and the first where Flatten kept it. */
function knownSizes(shape: readonly Dim[] | undefined, axis: number): readonly number[] | undefined {
  if (shape === undefined || shape.includes(0)) return undefined;
  const keepsFirst = axis === 1 || axis === 1 - shape.length;
  const sizes = shape.map((dim, index) => (typeof dim === "number" ? dim : index === 0 && keepsFirst ? 0 : -1));
  return sizes.filter((size) => size === -1).length > 1 ? undefined : sizes;
}
