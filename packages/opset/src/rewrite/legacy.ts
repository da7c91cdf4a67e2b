import { attr } from "@pare/ir";
import { dtypeCodeOfName } from "../dtype-code.ts";
import type { Site } from "../site.ts";

/** For attributes that say nothing any more: memory hints (6), whether Gemm broadcasts, whether an RNN gives Y (7). */
export const dropAttribute =
  (name: string) =>
  (site: Site): void => {
    if (site.node.attrs.has(name)) site.change({ attrs: { [name]: undefined } });
  };

/** LpPool, GlobalLpPool 2: the exponent became whole. */
export function wholeExponent(site: Site): void {
  const p = site.float("p");
  if (p === undefined) return;
  if (!Number.isInteger(p)) throw site.refused(`its exponent ${p} is not whole`);
  site.change({ attrs: { p: attr.int(p) } });
}

/** Concat 4: the axis, 1 by default, has to be said. */
export function sayConcatAxis(site: Site): void {
  if (!site.node.attrs.has("axis")) site.change({ attrs: { axis: attr.int(1) } });
}

/** Reshape 5: the shape became an input. */
export function shapeToInput(site: Site): void {
  const shape = site.ints("shape");
  if (shape === undefined) return;
  site.change({ inputs: [site.node.inputs[0], site.int64s("shape", shape)], attrs: { shape: undefined } });
}

/** Cast 6: types became numbers. */
export function castByNumber(site: Site): void {
  const name = site.string("to");
  const code = dtypeCodeOfName(name ?? "");
  if (code === undefined) throw site.refused(`"${name}" is no type`);
  site.change({ attrs: { to: attr.int(code) } });
}

/** Selu 6: its default constants got more digits. */
export function saySeluConstants(site: Site): void {
  const alpha = site.node.attrs.get("alpha") ?? attr.float(1.6732);
  const gamma = site.node.attrs.get("gamma") ?? attr.float(1.0507);
  site.change({ attrs: { alpha, gamma } });
}

/** Scatter 11: it is called ScatterElements. */
export function scatterElements(site: Site): void {
  site.change({ op: "ScatterElements" });
}

export const refuse =
  (reason: string) =>
  (site: Site): void => {
    throw site.refused(reason);
  };

/** Integers are no longer among the types: Erf 13, ReduceLogSum and ReduceLogSumExp 28. */
export function refuseIntegers(site: Site): void {
  const dtype = site.dtype(0);
  if (dtype?.includes("int")) throw site.refused(`it no longer takes ${dtype}`);
}
