import type { Node, Value } from "@pare/ir";
import { sizeBytes } from "@pare/tensor";
import { valuesReadBy } from "./drop-unused.ts";

/** What would go if some reads of values ended: the constants and nodes that serve nothing else. */
export interface Freed {
  readonly bytes: number;
  readonly nodes: number;
}

/** If a node were removed. Nothing is changed. `kept`: values that something else will read instead. */
export function freedBy(node: Node, kept: readonly (Value | undefined)[] = []): Freed {
  const { bytes, nodes } = freedByUnreading(valuesReadBy(node), kept);
  return { bytes, nodes: nodes + 1 };
}

export function bytesFreedBy(node: Node, kept: readonly (Value | undefined)[] = []): number {
  return freedBy(node, kept).bytes;
}

/** If each of `values` lost one use (two, where it stands there twice). */
export function freedByUnreading(
  values: Iterable<Value | undefined>,
  kept: readonly (Value | undefined)[] = [],
): Freed {
  const uses = new Map<Value, number>();
  for (const value of kept) if (value !== undefined) uses.set(value, value.uses.size + 1);
  const gone = new Set<Node>();
  const pending = [...values];
  let bytes = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    if (value === undefined) continue;
    const left = (uses.get(value) ?? value.uses.size) - 1;
    uses.set(value, left);
    if (left > 0) continue;
    const { origin } = value;
    if (origin.kind === "constant") bytes += sizeBytes(origin.tensor);
    if (origin.kind !== "output" || gone.has(origin.node)) continue;
    if (origin.node.outputs.some((output) => (uses.get(output) ?? output.uses.size) > 0)) continue;
    gone.add(origin.node);
    pending.push(...valuesReadBy(origin.node));
  }
  return { bytes, nodes: gone.size };
}
