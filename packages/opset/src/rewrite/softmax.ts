import { attr, type Dim } from "@pare/ir";
import type { Site } from "../site.ts";
import { flatten } from "./flatten.ts";

/**
 * Softmax, LogSoftmax, Hardmax 13: they worked over all axes from `axis` (default 1) on, as if these were one, and work
 * over one axis (default −1) now.
 * 1. Where at most one of those axes is longer than 1, that one is the axis: [N, C, 1, 1] over 1 stays over 1.
 * 2. Else Flatten makes them one, and Reshape gives the shape back.
 */
export function oneAxis(site: Site): void {
  const axis = site.int("axis") ?? 1;
  const shape = site.shape(0);
  const single = singleAxis(axis, shape);
  if (single !== undefined) {
    if (single !== site.int("axis")) site.change({ attrs: { axis: attr.int(single) } });
    return;
  }
  const { flat, shapeBefore } = flatten(site, axis);
  site.change({ inputs: [flat], attrs: { axis: attr.int(-1) } });
  site.after(0, "Reshape", [shapeBefore]);
}

function singleAxis(axis: number, shape: readonly Dim[] | undefined): number | undefined {
  if (axis === -1) return -1;
  if (shape === undefined) return undefined;
  const first = axis < 0 ? axis + shape.length : axis;
  const long = [...shape.keys()].filter((index) => index >= first && shape[index] !== 1);
  return long.length > 1 || first >= shape.length ? undefined : (long[0] ?? first);
}
