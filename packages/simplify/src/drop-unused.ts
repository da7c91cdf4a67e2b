import { type Edit, graphsWithin, type Node, subgraphs, type Value } from "@pare/ir";
import type { Tensor } from "@pare/tensor";

/**
 * Removes nodes and constants that nothing uses, beginning at `values` and going on to what they were made from. Graph
 * inputs stay. Gives the number of nodes removed.
 */
export function dropUnused(
  edit: Edit,
  values: Iterable<Value | undefined>,
  onConstant: (tensor: Tensor) => void = () => {},
): number {
  const pending = [...values];
  const gone = new Set<unknown>();
  let removed = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    if (value === undefined || value.uses.size > 0 || gone.has(value)) continue;
    const { origin } = value;
    if (origin.kind === "constant" || origin.kind === "sparse-constant") {
      gone.add(value);
      edit.removeConstant(value);
      onConstant(origin.kind === "constant" ? origin.tensor : origin.tensor.values);
    } else if (origin.kind === "output" && !gone.has(origin.node) && isUnused(origin.node)) {
      gone.add(origin.node);
      const read = valuesReadBy(origin.node);
      edit.remove(origin.node);
      removed++;
      pending.push(...read);
    }
  }
  return removed;
}

export function isUnused(node: Node): boolean {
  return node.outputs.every((output) => output.uses.size === 0);
}

/** What a node reads: its inputs, and the outer values that its subgraphs see. */
export function valuesReadBy(node: Node): readonly (Value | undefined)[] {
  const inner = new Set(subgraphs(node).flatMap((graph) => [...graphsWithin(graph)]));
  if (inner.size === 0) return node.inputs;
  const read: (Value | undefined)[] = [...node.inputs];
  for (const graph of inner) {
    for (const each of graph.nodes) read.push(...each.inputs.filter((value) => value && !inner.has(value.graph)));
    read.push(...graph.outputs.filter((value) => !inner.has(value.graph)));
  }
  return read;
}
