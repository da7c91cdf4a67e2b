import type { Value } from "@pare/ir";
import type { Site } from "../site.ts";

/*
 * Operators that were experiments in the default domain. Runtimes took them until opset 9, files of image models of that
 * time hold them, and from 10 on they are no operators.
 */

/** ImageScaler: scale·x, then one bias a channel. */
export function imageScaler(site: Site): void {
  const bias = site.floats("bias") ?? [];
  const scaled = times(site, site.node.inputs[0], site.float("scale") ?? 1);
  become(site, "Add", [scaled, site.tensor("bias", dtypeOf(site), [bias.length, 1, 1], bias)]);
}

/** Affine: alpha·x + beta. */
export function affine(site: Site): void {
  const scaled = times(site, site.node.inputs[0], site.float("alpha") ?? 1);
  become(site, "Add", [scaled, scalar(site, "beta", site.float("beta") ?? 0)]);
}

/** Scale: scale·x. */
export function scale(site: Site): void {
  become(site, "Mul", [site.node.inputs[0], scalar(site, "scale", site.float("scale") ?? 1)]);
}

/** ScaledTanh: alpha·Tanh(beta·x). */
export function scaledTanh(site: Site): void {
  scaledFunction(site, "Tanh");
}

/** ParametricSoftplus: alpha·Softplus(beta·x). */
export function parametricSoftplus(site: Site): void {
  scaledFunction(site, "Softplus");
}

/** Crop: `border` is left, top, right, bottom; with `scale` the sizes of the rest are given instead of right, bottom. */
export function crop(site: Site): void {
  const [left = 0n, top = 0n, right = 0n, bottom = 0n] = site.ints("border") ?? [];
  const sizes = site.ints("scale");
  const ends =
    sizes === undefined
      ? [bottom, right].map((cut) => (cut === 0n ? 2n ** 63n - 1n : -cut))
      : [top + (sizes[0] ?? 0n), left + (sizes[1] ?? 0n)];
  const bounds = [site.int64s("starts", [top, left]), site.int64s("ends", ends), site.int64s("axes", [2, 3])];
  become(site, "Slice", [site.node.inputs[0], ...bounds]);
}

/** DynamicSlice is Slice as it is since 10. */
export function dynamicSlice(site: Site): void {
  become(site, "Slice", site.node.inputs);
}

function scaledFunction(site: Site, type: "Tanh" | "Softplus"): void {
  const inner = times(site, site.node.inputs[0], site.float("beta") ?? 1);
  become(site, "Mul", [site.before(type, [inner]), scalar(site, "alpha", site.float("alpha") ?? 1)]);
}

function times(site: Site, data: Value | undefined, factor: number): Value | undefined {
  return factor === 1 ? data : site.before("Mul", [data, scalar(site, "factor", factor)]);
}

function scalar(site: Site, stem: string, value: number): Value {
  return site.tensor(stem, dtypeOf(site), [], [value]);
}

function dtypeOf(site: Site) {
  return site.dtype(0) ?? "float32";
}

/** Makes the node another operator, which has none of its attributes. */
function become(site: Site, op: string, inputs: readonly (Value | undefined)[]): void {
  const attrs = Object.fromEntries([...site.node.attrs.keys()].map((name) => [name, undefined]));
  site.change({ op, inputs, attrs });
}
