import { editStateError } from "./errors.ts";
import { type GraphState, type NodeState, type Scope, subgraphs, ValueState } from "./state.ts";
import type { Origin, ValueType } from "./types.ts";

/** The smallest changes an edit is made of: each enters the undo log before it happens. */
export class Steps {
  readonly scope: Scope;
  readonly label: string;
  /** Nodes that were made, moved, or read other values than before: checked when the edit ends. */
  readonly touched = new Set<NodeState>();

  constructor(scope: Scope, label: string) {
    this.scope = scope;
    this.label = label;
  }

  do(change: () => unknown, undo: () => unknown): void {
    this.scope.history.record(() => void undo());
    change();
  }

  mark(node: NodeState): void {
    this.touched.add(node);
    if (node.madeBy === this.label) return;
    const before = node.madeBy;
    this.do(
      () => {
        node.madeBy = this.label;
      },
      () => {
        node.madeBy = before;
      },
    );
  }

  assign(value: ValueState, change: Partial<Pick<ValueState, "type" | "origin" | "carried">>): void {
    const { type, origin, carried } = value;
    this.do(
      () => Object.assign(value, change),
      () => Object.assign(value, { type, origin, carried }),
    );
  }

  addValue(graph: GraphState, name: string, origin: Origin, type?: ValueType): ValueState {
    const value = new ValueState(graph, graph.scope.free(name), origin, type);
    this.do(
      () => graph.add(value),
      () => graph.drop(value),
    );
    return value;
  }

  addOutput(node: NodeState, name: string): void {
    const origin = { kind: "output", node, slot: node.outputs.length } as const;
    const value = name === "" ? new ValueState(node.graph, "", origin) : this.addValue(node.graph, name, origin);
    this.do(
      () => node.outputs.push(value),
      () => node.outputs.pop(),
    );
  }

  dropValue(value: ValueState): void {
    const { graph } = value;
    this.do(
      () => graph.drop(value),
      () => graph.add(value),
    );
  }

  moveValue(value: ValueState, graph: GraphState): void {
    const before = value.graph;
    const moved = (from: GraphState, to: GraphState) => {
      from.drop(value);
      value.graph = to;
      to.add(value);
    };
    if (this.scope.isShared(value.name)) this.rename(value, this.scope.free(value.name));
    this.do(
      () => moved(before, graph),
      () => moved(graph, before),
    );
  }

  setParent(node: NodeState, parent: NodeState): void {
    for (const graph of subgraphs(node) as readonly GraphState[]) {
      const before = graph.parent;
      if (before === parent) continue;
      if (before !== undefined) throw editStateError("a graph can be the attribute of one node only", graph.name);
      this.do(
        () => {
          graph.parent = parent;
        },
        () => {
          graph.parent = before;
        },
      );
    }
  }

  /** Ends all uses that a node makes, in its subgraphs too. */
  detach(node: NodeState): void {
    for (const graph of subgraphs(node) as readonly GraphState[]) {
      for (const inner of graph.nodes) this.detach(inner);
      graph.outputs.forEach((value, slot) => {
        const use = graph.outputUses[slot]!;
        this.do(
          () => value.uses.delete(use),
          () => value.uses.add(use),
        );
      });
    }
    node.inputs.forEach((value, slot) => {
      const use = node.slots[slot];
      if (value === undefined || use === undefined) return;
      this.do(
        () => value.uses.delete(use),
        () => value.uses.add(use),
      );
    });
  }

  /** Takes the name as given: whether it is free is for the caller to say. */
  rename(value: ValueState, name: string): void {
    const before = value.name;
    const to = (next: string) => {
      value.graph.drop(value);
      value.name = next;
      value.graph.add(value);
    };
    this.do(
      () => to(name),
      () => to(before),
    );
  }
}
