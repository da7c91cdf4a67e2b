import { type Graph, graphsWithin, type Node, subgraphs, type Value } from "@pare/ir";
import { specOf } from "@pare/ops";

/** Which values of a forward pass carry a gradient. */
export interface Active {
  /** Nodes between `from` and `to`, in topological order. */
  readonly nodes: readonly Node[];
  has(value: Value | undefined): boolean;
}

/** What depends on one of `from`, and on which one of `to` depends; nothing passes an operator without slope. */
export function activeBetween(graph: Graph, from: readonly Value[], to: readonly Value[]): Active {
  const nodes = [...graph.nodes];
  const reached = new Set(from);
  const follows = (node: Node) => hasSlope(node) && readBy(node).some((value) => reached.has(value));
  for (const node of nodes) if (follows(node)) for (const output of node.outputs) reached.add(output);
  const active = new Set(to.filter((value) => reached.has(value)));
  const between: Node[] = [];
  for (const node of nodes.reverse()) {
    if (!follows(node) || !node.outputs.some((output) => active.has(output))) continue;
    between.push(node);
    for (const value of readBy(node)) if (reached.has(value)) active.add(value);
  }
  return { nodes: between.reverse(), has: (value) => value !== undefined && active.has(value) };
}

function hasSlope({ op }: Node): boolean {
  return specOf(op)?.gradient !== "none";
}

/** Inputs, and what the node's subgraphs read from outside (or inside: that is never reached). */
function readBy(node: Node): readonly Value[] {
  const inner = subgraphs(node).flatMap((graph) => [...graphsWithin(graph)]);
  const nodes = inner.flatMap((graph) => [...graph.nodes]);
  const results = inner.flatMap((graph) => graph.outputs);
  return [node, ...nodes].flatMap(({ inputs }) => inputs.flatMap((input) => input ?? [])).concat(results);
}
