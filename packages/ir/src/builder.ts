import { describeNode } from "./attributes.ts";
import { openDoor } from "./edit.ts";
import { undefinedValueError } from "./errors.ts";
import { sortNodes } from "./sort.ts";
import { GraphState, NodeState, Scope, subgraphs, ValueState } from "./state.ts";
import type { Graph, GraphBuilder, Use, ValueType } from "./types.ts";

/** A use whose name nothing has defined yet. */
interface Pending {
  readonly graph: GraphState;
  readonly name: string;
  user(): string;
  bind(value: ValueState): void;
}

export function createGraphBuilder(name: string, carried?: unknown): GraphBuilder {
  return new Builder(new GraphState(name, new Scope(), openDoor), undefined, carried);
}

class Builder implements GraphBuilder {
  readonly graph: GraphState;
  readonly #outer: Builder | undefined;
  readonly #declared = new Map<string, { type: ValueType | undefined; carried: unknown }>();
  #pending: Pending[] = [];
  #outOfOrder = false;

  constructor(graph: GraphState, outer: Builder | undefined, carried: unknown) {
    this.graph = graph;
    this.#outer = outer;
    graph.carried = carried;
  }

  input(spec: Parameters<GraphBuilder["input"]>[0]): ValueState {
    const origin = { kind: "input", initial: spec.initial } as const;
    const value = this.#define(new ValueState(this.graph, spec.name, origin, spec.type, spec.carried));
    this.graph.inputs.push(value);
    return value;
  }

  constant(spec: Parameters<GraphBuilder["constant"]>[0]): ValueState {
    const origin = { kind: "constant", tensor: spec.tensor } as const;
    return this.#define(new ValueState(this.graph, spec.name, origin, spec.type, spec.carried));
  }

  sparseConstant(spec: Parameters<GraphBuilder["sparseConstant"]>[0]): ValueState {
    const origin = { kind: "sparse-constant", tensor: spec.tensor } as const;
    return this.#define(new ValueState(this.graph, spec.name, origin, undefined, spec.carried));
  }

  node(spec: Parameters<GraphBuilder["node"]>[0]): NodeState {
    const { domain, type, overload = "", name = "", attrs = new Map() } = spec;
    const node = new NodeState(this.graph, { name, domain, type, overload, attrs });
    node.carried = spec.carried;
    node.inputs = spec.inputs.map(() => undefined);
    node.slots = spec.inputs.map(() => undefined);
    this.graph.link(node, this.graph.last);
    for (const inner of subgraphs(node)) (inner as GraphState).parent = node;
    for (const [slot, input] of spec.inputs.entries()) if (input !== "") this.#use(node, slot, input);
    node.outputs = spec.outputs.map((output, slot) => this.#output(node, slot, output));
    return node;
  }

  declare(name: string, type: ValueType | undefined, carried?: unknown): void {
    const value = this.graph.own.get(name);
    if (value === undefined) this.#declared.set(name, { type, carried });
    else if (value.origin.kind === "output") {
      value.type = type;
      value.carried = carried;
    }
  }

  subgraph(name: string, carried?: unknown): GraphBuilder {
    return new Builder(new GraphState(name, this.graph.scope, openDoor), this, carried);
  }

  finish(outputs: Parameters<GraphBuilder["finish"]>[0]): Graph {
    const { graph } = this;
    for (const [slot, output] of outputs.entries()) {
      const use: Use = { kind: "output", graph, slot };
      graph.outputUses.push(use);
      this.#await(
        output.name,
        () => `graph "${graph.name}"`,
        (value) => {
          graph.outputs[slot] = value;
          value.uses.add(use);
          // The output's declaration says more than a value_info would; inputs and constants keep their own.
          if (value.origin.kind === "output" && value.graph === graph) {
            value.type = output.type ?? value.type;
            value.carried = output.carried ?? value.carried;
          }
        },
      );
    }
    this.#settle();
    return graph;
  }

  #define(value: ValueState): ValueState {
    this.graph.add(value);
    return value;
  }

  #output(node: NodeState, slot: number, name: string): ValueState {
    const declared = this.#declared.get(name);
    const origin = { kind: "output", node, slot } as const;
    return this.#define(new ValueState(this.graph, name, origin, declared?.type, declared?.carried));
  }

  #use(node: NodeState, slot: number, name: string): void {
    const use: Use = { kind: "input", node, slot };
    node.slots[slot] = use;
    this.#await(
      name,
      () => describeNode(node),
      (value) => {
        node.inputs[slot] = value;
        value.uses.add(use);
      },
    );
  }

  #await(name: string, user: () => string, bind: (value: ValueState) => void): void {
    const value = this.visible(name);
    if (value !== undefined) bind(value);
    else this.#pending.push({ graph: this.graph, name, user, bind });
  }

  /** The value of that name here or in a graph around, as far as it has been built. */
  visible(name: string): ValueState | undefined {
    return this.graph.own.get(name) ?? this.#outer?.visible(name);
  }

  /** Binds what was used before it was defined; hands the rest to the graph around, or fails. */
  #settle(): void {
    for (const pending of this.#pending) {
      const value = this.graph.own.get(pending.name);
      if (value !== undefined) {
        pending.bind(value);
        this.#outOfOrder = true;
      } else if (this.#outer === undefined) throw undefinedValueError(pending.name, pending.user());
      else this.#outer.#pending.push(pending);
    }
    this.#pending = [];
    if (this.#outOfOrder) this.graph.reorder(sortNodes(this.graph));
  }
}
