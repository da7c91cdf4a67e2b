import { describeNode } from "./attributes.ts";
import { cycleError } from "./errors.ts";
import { type GraphState, type NodeState, subgraphs, type ValueState } from "./state.ts";
import type { Graph } from "./types.ts";

/** The node of `graph` that `node` is, or lies within. */
export function ancestorIn(graph: Graph, node: NodeState): NodeState | undefined {
  for (let at: NodeState | undefined = node; at !== undefined; at = at.graph.parent) if (at.graph === graph) return at;
  return undefined;
}

/** Every value that a node reads, in its subgraphs too, and the outputs of those. */
export function* valuesRead(node: NodeState): Generator<ValueState> {
  for (const input of node.inputs) if (input !== undefined) yield input;
  for (const graph of subgraphs(node) as readonly GraphState[]) {
    for (const inner of graph.nodes) yield* valuesRead(inner);
    yield* graph.outputs;
  }
}

/** Whether each producer of what `node` reads comes before it. */
export function isInOrder(node: NodeState): boolean {
  for (const value of valuesRead(node)) {
    if (value.origin.kind !== "output") continue;
    const producer = value.origin.node as NodeState;
    const user = ancestorIn(producer.graph, node);
    if (user !== undefined && producer.order >= user.order) return false;
  }
  return true;
}

/**
 * Sorts a graph topologically, keeping the present order wherever it is possible (Kahn 1962, ready nodes taken in
 * present order). @throws GRAPH_CYCLE
 */
export function sortNodes(graph: GraphState): NodeState[] {
  const nodes = [...graph.nodes];
  const index = new Map(nodes.map((node, i) => [node, i]));
  const users: number[][] = nodes.map(() => []);
  const missing = new Array<number>(nodes.length).fill(0);
  for (const [i, node] of nodes.entries()) {
    const producers = new Set<number>();
    for (const value of valuesRead(node)) {
      if (value.origin.kind !== "output") continue;
      const producer = ancestorIn(graph, value.origin.node as NodeState);
      const at = producer === undefined ? undefined : index.get(producer);
      const isOwnBody = producer === node && value.origin.node !== node;
      if (at !== undefined && !isOwnBody) producers.add(at);
    }
    for (const at of producers) users[at]!.push(i);
    missing[i] = producers.size;
  }
  const ready = new IndexHeap(missing.flatMap((count, i) => (count === 0 ? [i] : [])));
  const sorted: NodeState[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    sorted.push(nodes[at]!);
    for (const user of users[at]!) if (--missing[user]! === 0) ready.push(user);
  }
  if (sorted.length < nodes.length) {
    const stuck = nodes.filter((_, i) => missing[i]! > 0);
    throw cycleError(graph.name, stuck.map(describeNode));
  }
  return sorted;
}

/** A binary heap of node indices, smallest first. */
class IndexHeap {
  readonly #items: number[];

  constructor(sorted: number[]) {
    this.#items = sorted;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (items[up]! <= item) break;
      items[at] = items[up]!;
      at = up;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const item = items.pop();
    if (item === undefined || items.length === 0) return top;
    let at = 0;
    for (let down = 1; down < items.length; down = 2 * at + 1) {
      if (down + 1 < items.length && items[down + 1]! < items[down]!) down++;
      if (items[down]! >= item) break;
      items[at] = items[down]!;
      at = down;
    }
    items[at] = item;
    return top;
  }
}
