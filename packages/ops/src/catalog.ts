import type { Node, OpName } from "@pare/ir";
import { specsA } from "./catalog-a.ts";
import { specsB } from "./catalog-b.ts";
import type { OpSpec } from "./spec.ts";

/** Every operator that we know: THE list. */
export const specs: readonly OpSpec[] = [...specsA, ...specsB];

const byOp = new Map(specs.map((spec) => [spec.op, spec]));

export function specOf(op: OpName): OpSpec | undefined {
  return byOp.get(op);
}

/** Whether a rounding difference in its inputs may come out as a step. Assumed of operators that we do not know. */
export function isDiscontinuous(node: Node): boolean {
  return hasTrait(node, (spec) => spec.discontinuous);
}

/** Whether two runs with the same inputs may differ. Assumed of operators that we do not know. */
export function isNondeterministic(node: Node): boolean {
  return hasTrait(node, (spec) => spec.nondeterministic);
}

function hasTrait(node: Node, pick: (spec: OpSpec) => boolean | ((node: Node) => boolean) | undefined): boolean {
  const spec = specOf(node.op);
  if (spec === undefined) return true;
  const trait = pick(spec);
  return typeof trait === "function" ? trait(node) : (trait ?? false);
}
