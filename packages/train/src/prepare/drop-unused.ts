import type { Graph } from "@pare/ir";

/** Removes nodes and constants of a main graph that nothing reads. */
export function dropUnused(graph: Graph): void {
  graph.edit("drop what is unused", (edit) => {
    for (const node of [...graph.nodes].reverse())
      if (node.outputs.every((output) => output.uses.size === 0)) edit.remove(node);
    for (const value of [...graph.values])
      if (value.uses.size === 0 && value.origin.kind === "constant") edit.removeConstant(value);
  });
}
