import { attr, type Value } from "@pare/ir";
import type { Formulation, NodeMaker } from "./rule.ts";

/** A shader binds 8 buffers at least (WebGPU, maxStorageBuffersPerShaderStage): one input, so many outputs. */
const mostOutputs = 7;

/** Slices of a value along an axis, one behind the other; portable in several stages where they are many. */
export function splitApart(
  make: NodeMaker,
  value: Value,
  {
    sizes,
    axis,
    formulation,
  }: { readonly sizes: readonly number[]; readonly axis: number; readonly formulation: Formulation },
): readonly Value[] {
  if (sizes.length === 1) return [value];
  const split = (of: Value, into: readonly number[]) =>
    make.ops("Split", [of, make.ints(into)], into.length, { axis: attr.int(axis) });
  if (formulation === "cpu" || sizes.length <= mostOutputs) return split(value, sizes);
  const each = Math.ceil(sizes.length / mostOutputs);
  const groups = Array.from({ length: Math.ceil(sizes.length / each) }, (_, i) =>
    sizes.slice(i * each, (i + 1) * each),
  );
  const parts = split(
    value,
    groups.map((group) => group.reduce((total, size) => total + size, 0)),
  );
  return parts.flatMap((part, i) => splitApart(make, part, { sizes: groups[i]!, axis, formulation }));
}
