import type { Site } from "../site.ts";

/** Squeeze and ReduceSum (13), the other reductions (18): `axes` became an input; none still means all. */
export function axesToInput(site: Site): void {
  const axes = site.ints("axes");
  if (axes === undefined) return;
  const [data] = site.node.inputs;
  const inputs = axes.length > 0 ? [data, site.int64s("axes", axes)] : [data];
  site.change({ inputs, attrs: { axes: undefined } });
}

/** Unsqueeze 13: as above, but the input cannot be left out. */
export function requiredAxesToInput(site: Site): void {
  const axes = site.ints("axes");
  if (axes === undefined) return;
  site.change({ inputs: [site.node.inputs[0], site.int64s("axes", axes)], attrs: { axes: undefined } });
}
