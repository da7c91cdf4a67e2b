import { nameTwiceError } from "./errors.ts";
import { History } from "./history.ts";
import type { Attrs, Edit, Graph, Node, OpName, Origin, Savepoint, Use, Value, ValueType } from "./types.ts";

/** The mutable side of the graph. Only this package sees it: everyone else gets the read-only interfaces. */
export class ValueState implements Value {
  name: string;
  type: ValueType | undefined;
  origin: Origin;
  graph: GraphState;
  carried: unknown;
  readonly uses = new Set<Use>();

  constructor(graph: GraphState, name: string, origin: Origin, type?: ValueType, carried?: unknown) {
    this.graph = graph;
    this.name = name;
    this.origin = origin;
    this.type = type;
    this.carried = carried;
  }
}

export class NodeState implements Node {
  name: string;
  domain: string;
  type: string;
  overload: string;
  inputs: (ValueState | undefined)[] = [];
  outputs: ValueState[] = [];
  attrs: Attrs;
  graph: GraphState;
  madeBy: string | undefined;
  carried: unknown;
  /** The use behind each input slot. */
  slots: (Use | undefined)[] = [];
  previous: NodeState | undefined;
  next: NodeState | undefined;
  /** Grows along the list; compares positions in O(1). */
  order = 0;
  removed = false;

  constructor(graph: GraphState, spec: { name: string; domain: string; type: string; overload: string; attrs: Attrs }) {
    this.graph = graph;
    this.name = spec.name;
    this.domain = spec.domain;
    this.type = spec.type;
    this.overload = spec.overload;
    this.attrs = spec.attrs;
  }

  get op(): OpName {
    return `${this.domain}.${this.type}`;
  }
}

/** What a main graph (or function body) shares with its subgraphs. */
export class Scope {
  readonly history = new History();
  readonly #names = new Map<string, number>();
  readonly #suffixes = new Map<string, number>();

  claim(name: string): void {
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
  }

  release(name: string): void {
    this.#names.set(name, (this.#names.get(name) ?? 1) - 1);
  }

  /** Whether several values of the tree have the name (a subgraph may hide an outer value). */
  isShared(name: string): boolean {
    return (this.#names.get(name) ?? 0) > 1;
  }

  /** `name`, or `name_2`, `name_3` … if it is taken anywhere in the graph or its subgraphs. */
  free(name: string): string {
    const taken = (candidate: string) => (this.#names.get(candidate) ?? 0) > 0;
    if (name !== "" && !taken(name)) return name;
    const base = name === "" ? "value" : name;
    for (let suffix = this.#suffixes.get(base) ?? 2; ; suffix++) {
      if (taken(`${base}_${suffix}`)) continue;
      this.#suffixes.set(base, suffix + 1);
      return `${base}_${suffix}`;
    }
  }
}

const orderGap = 2 ** 20;

export class GraphState implements Graph {
  name: string;
  readonly scope: Scope;
  inputs: ValueState[] = [];
  outputs: ValueState[] = [];
  outputUses: Use[] = [];
  parent: NodeState | undefined;
  carried: unknown;
  nodeCount = 0;
  first: NodeState | undefined;
  last: NodeState | undefined;
  readonly own = new Map<string, ValueState>();
  /** Set by `edit.ts` (the door is made there); here to keep the graph one object. */
  readonly door: (graph: GraphState, label: string, change: (edit: Edit) => unknown) => unknown;

  constructor(name: string, scope: Scope, door: GraphState["door"]) {
    this.name = name;
    this.scope = scope;
    this.door = door;
  }

  get nodes(): Iterable<NodeState> {
    return { [Symbol.iterator]: () => liveNodes(this) };
  }

  get values(): Iterable<ValueState> {
    return this.own.values();
  }

  value(name: string): ValueState | undefined {
    return this.own.get(name) ?? this.parent?.graph.value(name);
  }

  edit<T>(label: string, change: (edit: Edit) => T): T {
    return this.door(this, label, change) as T;
  }

  savepoint(): Savepoint {
    return this.scope.history.savepoint();
  }

  add(value: ValueState): void {
    if (value.name === "") return;
    if (this.own.has(value.name)) throw nameTwiceError(value.name, this.name);
    this.own.set(value.name, value);
    this.scope.claim(value.name);
  }

  drop(value: ValueState): void {
    if (value.name === "" || !this.own.delete(value.name)) return;
    this.scope.release(value.name);
  }

  /** Links a node in after `previous` (undefined: at the front). */
  link(node: NodeState, previous: NodeState | undefined): void {
    const next = previous === undefined ? this.first : previous.next;
    node.previous = previous;
    node.next = next;
    if (previous === undefined) this.first = node;
    else previous.next = node;
    if (next === undefined) this.last = node;
    else next.previous = node;
    node.graph = this;
    node.removed = false;
    this.nodeCount++;
    this.#place(node);
  }

  /** Leaves `node.next` as it is, so that an iteration standing on the node can go on. */
  unlink(node: NodeState): void {
    if (node.previous === undefined) this.first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.last = node.previous;
    else node.next.previous = node.previous;
    node.removed = true;
    this.nodeCount--;
  }

  /** Puts the nodes into this order, which holds each of them once. */
  reorder(nodes: readonly NodeState[]): void {
    this.first = nodes[0];
    this.last = nodes.at(-1);
    nodes.forEach((node, i) => {
      node.previous = nodes[i - 1];
      node.next = nodes[i + 1];
      node.order = (i + 1) * orderGap;
    });
  }

  #place(node: NodeState): void {
    const before = node.previous?.order ?? 0;
    const after = node.next?.order;
    node.order = after === undefined ? before + orderGap : (before + after) / 2;
    if (node.order <= before || (after !== undefined && node.order >= after)) this.reorder([...this.nodes]);
  }
}

function* liveNodes(graph: GraphState): Generator<NodeState, undefined> {
  for (let node = graph.first; node !== undefined; node = node.next) {
    while (node?.removed) node = node.next;
    if (node === undefined) return;
    yield node;
  }
}

/** Whether a node in `from` may read the value: it belongs to that graph or to one around it. */
export function isVisible(value: Value, from: Graph): boolean {
  for (let graph: Graph | undefined = from; graph !== undefined; graph = graph.parent?.graph)
    if (graph === value.graph) return true;
  return false;
}

/** The graphs among a node's attributes, in order. */
export function subgraphs(node: Node): readonly Graph[] {
  const found: Graph[] = [];
  for (const attr of node.attrs.values()) {
    if (attr.kind === "graph") found.push(attr.graph);
    else if (attr.kind === "graphs") found.push(...attr.graphs);
  }
  return found;
}
