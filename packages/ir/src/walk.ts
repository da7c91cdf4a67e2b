import { subgraphs } from "./state.ts";
import type { Graph, Model, Node, Value } from "./types.ts";

/** The graph and every graph inside it, outermost first. */
export function* graphsWithin(graph: Graph): Generator<Graph> {
  yield graph;
  for (const node of graph.nodes) for (const inner of subgraphs(node)) yield* graphsWithin(inner);
}

/** The main graph, its subgraphs, and the functions' bodies with theirs. */
export function* allGraphs(model: Model): Generator<Graph> {
  yield* graphsWithin(model.graph);
  for (const { body } of model.functions) yield* graphsWithin(body);
}

/** Every node of a model: main graph, subgraphs, functions. */
export function* allNodes(model: Model): Generator<Node> {
  for (const graph of allGraphs(model)) yield* graph.nodes;
}

export function countNodes(model: Model): number {
  let count = 0;
  for (const graph of allGraphs(model)) count += graph.nodeCount;
  return count;
}

/** The node that makes a value; undefined for inputs and constants. */
export function producerOf(value: Value | undefined): Node | undefined {
  return value?.origin.kind === "output" ? value.origin.node : undefined;
}

/** The nodes that read a value, each once, in subgraphs too. */
export function consumersOf(value: Value): readonly Node[] {
  return [...new Set([...value.uses].flatMap((use) => (use.kind === "input" ? [use.node] : [])))];
}

/** The one node that reads a value, where it is its only use. */
export function onlyConsumer(value: Value): Node | undefined {
  const [use, ...others] = value.uses;
  return use?.kind === "input" && others.length === 0 ? use.node : undefined;
}

export function isGraphOutput(value: Value): boolean {
  return [...value.uses].some((use) => use.kind === "output");
}
