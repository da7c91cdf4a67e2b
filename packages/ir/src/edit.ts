import type { Tensor } from "@pare/tensor";
import { describeNode } from "./attributes.ts";
import { editStateError, notReplaceableError, stillUsedError } from "./errors.ts";
import { splitOpName } from "./names.ts";
import { isInOrder, sortNodes } from "./sort.ts";
import { GraphState, isVisible, NodeState, subgraphs, type ValueState } from "./state.ts";
import { Steps } from "./steps.ts";
import type { Attrs, Dim, Edit, Graph, Node, NodeSpec, OpName, Use, Value, ValueType } from "./types.ts";

/** The one way in: runs `change`, then verifies what it touched; undoes all of it if either throws. */
export function openDoor(graph: GraphState, label: string, change: (edit: Edit) => unknown): unknown {
  return graph.scope.history.run(label, () => {
    const edit = new GraphEdit(graph, label);
    const result = change(edit);
    edit.settle();
    return result;
  });
}

/**
 * Why `by` cannot stand in for `of` where `of` is a graph output; undefined where it can. Callers know the outputs of a
 * main graph by name, and a runtime takes only what a node of the same graph makes as an output.
 */
export function outputObstacle(of: Value, by: Value): string | undefined {
  const outputs = [...of.uses].filter((use) => use.kind === "output");
  if (outputs.length === 0) return undefined;
  if (by.graph !== of.graph) return "it belongs to another graph";
  if (by.origin.kind !== "output") return `it is ${by.origin.kind === "input" ? "an input" : "a constant"}`;
  if ([...by.uses].some((use) => use.kind === "output" && use.graph === by.graph)) return "it is an output itself";
  return undefined;
}

/** Whether `replaceUses(of, by)` can succeed. */
export function isReplaceable(of: Value, by: Value): boolean {
  return outputObstacle(of, by) === undefined;
}

class GraphEdit implements Edit {
  readonly #graph: GraphState;
  readonly #steps: Steps;

  constructor(graph: GraphState, label: string) {
    this.#graph = graph;
    this.#steps = new Steps(graph.scope, label);
  }

  constant(name: string, tensor: Tensor, graph: Graph = this.#graph): Value {
    return this.#steps.addValue(graph as GraphState, name, { kind: "constant", tensor });
  }

  input(name: string, type: ValueType, graph: Graph = this.#graph): Value {
    const value = this.#steps.addValue(graph as GraphState, name, { kind: "input", initial: undefined }, type);
    const { inputs } = value.graph;
    this.#steps.do(
      () => inputs.push(value),
      () => inputs.pop(),
    );
    return value;
  }

  removeInput(value: Value): void {
    const state = value as ValueState;
    if (state.uses.size > 0) throw stillUsedError(`input "${value.name}"`, state.uses.size);
    const at = state.graph.inputs.indexOf(state);
    this.#steps.do(
      () => state.graph.inputs.splice(at, 1),
      () => state.graph.inputs.splice(at, 0, state),
    );
    this.#steps.dropValue(state);
  }

  freezeInput(value: Value): void {
    const state = value as ValueState;
    const { origin } = state;
    if (origin.kind !== "input" || origin.initial === undefined)
      throw editStateError("only an input with an initial value can be made a constant", value.name);
    const { inputs } = state.graph;
    const at = inputs.indexOf(state);
    const tensor = origin.initial;
    this.#steps.do(
      () => {
        inputs.splice(at, 1);
        state.origin = { kind: "constant", tensor };
      },
      () => {
        inputs.splice(at, 0, state);
        state.origin = origin;
      },
    );
  }

  output(value: Value): void {
    const state = value as ValueState;
    const { graph } = state;
    const use: Use = { kind: "output", graph, slot: graph.outputs.length };
    this.#steps.do(
      () => {
        graph.outputs.push(state);
        graph.outputUses.push(use);
        state.uses.add(use);
      },
      () => {
        graph.outputs.pop();
        graph.outputUses.pop();
        state.uses.delete(use);
      },
    );
  }

  node(op: OpName, inputs: readonly (Value | undefined)[], spec: NodeSpec = {}): Node {
    const graph = (spec.graph ?? spec.before?.graph ?? this.#graph) as GraphState;
    const { domain, type } = splitOpName(op);
    const attrs = spec.attrs ?? new Map();
    const node = new NodeState(graph, { name: spec.name ?? "", domain, type, overload: spec.overload ?? "", attrs });
    node.madeBy = this.#steps.label;
    const names = typeof spec.outputs === "object" ? spec.outputs : undefined;
    const count = names?.length ?? (typeof spec.outputs === "number" ? spec.outputs : 1);
    const previous = spec.before === undefined ? lastProducer(graph, inputs) : (spec.before as NodeState).previous;
    this.#steps.do(
      () => graph.link(node, previous),
      () => graph.unlink(node),
    );
    this.#steps.setParent(node, node);
    this.setInputs(node, inputs);
    const stem = spec.name || `${type.toLowerCase()}_out`;
    for (let slot = 0; slot < count; slot++)
      this.#steps.addOutput(node, names === undefined ? (slot === 0 ? stem : `${stem}_${slot}`) : names[slot]!);
    return node;
  }

  rewire(use: Use, to: Value): void {
    const from = use.kind === "input" ? (use.node as NodeState).inputs[use.slot] : use.graph.outputs[use.slot];
    const owner = use.kind === "input" ? (use.node as NodeState).inputs : (use.graph as GraphState).outputs;
    const target = to as ValueState;
    this.#steps.do(
      () => {
        (from as ValueState | undefined)?.uses.delete(use);
        owner[use.slot] = target;
        target.uses.add(use);
      },
      () => {
        target.uses.delete(use);
        owner[use.slot] = from as ValueState;
        (from as ValueState | undefined)?.uses.add(use);
      },
    );
    const user = use.kind === "input" ? use.node : use.graph.parent;
    if (user !== undefined) this.#steps.mark(user as NodeState);
  }

  setInputs(node: Node, inputs: readonly (Value | undefined)[]): void {
    const state = node as NodeState;
    const before = { inputs: state.inputs, slots: state.slots };
    const slots = inputs.map((input, slot): Use | undefined => input && { kind: "input", node, slot });
    const after = { inputs: [...inputs] as (ValueState | undefined)[], slots };
    const swap = (from: typeof before, to: typeof before) => {
      from.inputs.forEach((input, slot) => {
        input?.uses.delete(from.slots[slot]!);
      });
      to.inputs.forEach((input, slot) => {
        input?.uses.add(to.slots[slot]!);
      });
      state.inputs = to.inputs;
      state.slots = to.slots;
    };
    this.#steps.do(
      () => swap(before, after),
      () => swap(after, before),
    );
    this.#steps.mark(state);
  }

  setAttrs(node: Node, attrs: Attrs): void {
    const state = node as NodeState;
    const before = state.attrs;
    const kept = new Set([...attrs.values()].flatMap((a) => (a.kind === "graph" ? [a.graph] : [])));
    for (const graph of subgraphs(node) as readonly GraphState[])
      if (!kept.has(graph)) for (const inner of graph.nodes) this.#steps.detach(inner);
    this.#steps.do(
      () => {
        state.attrs = attrs;
      },
      () => {
        state.attrs = before;
      },
    );
    this.#steps.setParent(state, state);
    this.#steps.mark(state);
  }

  setOp(node: Node, op: OpName): void {
    const state = node as NodeState;
    const before = { domain: state.domain, type: state.type, overload: state.overload };
    this.#steps.do(
      () => Object.assign(state, splitOpName(op), { overload: "" }),
      () => Object.assign(state, before),
    );
    this.#steps.mark(state);
  }

  setOutputCount(node: Node, count: number): void {
    const state = node as NodeState;
    while (state.outputs.length > count) {
      const last = state.outputs.at(-1)!;
      if (last.uses.size > 0) throw stillUsedError(`output "${last.name}"`, last.uses.size);
      this.#steps.dropValue(last);
      this.#steps.do(
        () => state.outputs.pop(),
        () => state.outputs.push(last),
      );
    }
    while (state.outputs.length < count) this.#steps.addOutput(state, `${state.outputs[0]?.name ?? state.type}_extra`);
    this.#steps.mark(state);
  }

  replaceUses(of: Value, by: Value, where: (use: Use) => boolean = () => true): void {
    const uses = [...of.uses].filter(where);
    const isOutput = uses.some((use) => use.kind === "output");
    const why = isOutput ? outputObstacle(of, by) : undefined;
    if (why !== undefined) throw notReplaceableError(of.name, by.name, why);
    for (const use of uses) this.rewire(use, by);
    if (isOutput) this.#handOverName(of as ValueState, by as ValueState);
  }

  retype(value: Value, type: ValueType | undefined): void {
    this.#steps.assign(value as ValueState, { type });
  }

  rename(value: Value, name: string): void {
    const state = value as ValueState;
    if (name !== state.name) this.#steps.rename(state, state.graph.scope.free(name));
  }

  setConstant(value: Value, tensor: Tensor): void {
    if (value.origin.kind !== "constant") throw editStateError("only a constant's data can be replaced", value.name);
    this.#steps.assign(value as ValueState, { origin: { kind: "constant", tensor } });
  }

  remove(node: Node): void {
    const state = node as NodeState;
    const used = state.outputs.find((output) => output.uses.size > 0);
    if (used !== undefined) throw stillUsedError(`${describeNode(node)} (its output "${used.name}")`, used.uses.size);
    this.#steps.detach(state);
    for (const output of state.outputs) this.#steps.dropValue(output);
    const { graph, previous } = state;
    this.#steps.do(
      () => graph.unlink(state),
      () => graph.link(state, previous),
    );
    this.#steps.touched.delete(state);
  }

  removeConstant(value: Value): void {
    if (value.uses.size > 0) throw stillUsedError(`constant "${value.name}"`, value.uses.size);
    if (value.origin.kind !== "constant" && value.origin.kind !== "sparse-constant")
      throw editStateError("it is no constant", value.name);
    this.#steps.dropValue(value as ValueState);
  }

  move(node: Node, before: Node): void {
    const state = node as NodeState;
    const from = { graph: state.graph, previous: state.previous };
    const target = before as NodeState;
    this.#steps.do(
      () => {
        from.graph.unlink(state);
        target.graph.link(state, target.previous);
      },
      () => {
        target.graph.unlink(state);
        from.graph.link(state, from.previous);
      },
    );
    for (const output of state.outputs) this.#steps.moveValue(output, target.graph);
    this.#steps.mark(state);
    for (const output of state.outputs)
      for (const use of output.uses) if (use.kind === "input") this.#steps.mark(use.node as NodeState);
  }

  moveConstant(value: Value, graph: Graph): void {
    this.#steps.moveValue(value as ValueState, graph as GraphState);
  }

  subgraph(name: string): Graph {
    return new GraphState(name, this.#graph.scope, openDoor);
  }

  /** Checks what was touched: it sees what it reads, and every producer stands before its users (or it is sorted). */
  settle(): void {
    for (const node of this.#steps.touched) {
      if (node.removed) continue;
      const hidden = node.inputs.find((input) => input !== undefined && !isVisible(input, node.graph));
      if (hidden !== undefined) throw editStateError(`it cannot see "${hidden.name}"`, describeNode(node));
      if (isInOrder(node)) continue;
      for (let graph: GraphState | undefined = node.graph; graph !== undefined; graph = graph.parent?.graph) {
        const at = graph;
        const before = [...at.nodes];
        const after = sortNodes(at);
        this.#steps.do(
          () => at.reorder(after),
          () => at.reorder(before),
        );
      }
    }
  }

  /** Callers know the output by its name: `by` takes it, even where a subgraph hides it under a value of its own. */
  #handOverName(of: ValueState, by: ValueState): void {
    const { name } = of;
    const { type, carried } = of;
    this.rename(of, `${name}_replaced`);
    this.#steps.rename(by, name);
    this.#steps.assign(by, { type: type ?? by.type, carried });
    this.#steps.assign(of, { type: withoutOwnNames(type, inputDims(of.graph)) });
  }
}

/** Free sizes that inputs of the main graph have. */
function inputDims(graph: GraphState): ReadonlySet<Dim> {
  let main = graph;
  while (main.parent !== undefined) main = main.parent.graph;
  return new Set(main.inputs.flatMap(({ type }) => (type?.kind === "tensor" ? (type.shape ?? []) : [])));
}

/**
 * A type without the names of free sizes that no input has. Exporters give several outputs one name for different sizes,
 * which is harmless there; of a value inside, a runtime believes it and lets values of different sizes share memory.
 */
function withoutOwnNames(type: ValueType | undefined, known: ReadonlySet<Dim>): ValueType | undefined {
  if (type?.kind !== "tensor") return type;
  const shape = type.shape?.map((dim) => (typeof dim === "string" && !known.has(dim) ? undefined : dim));
  return { ...type, shape };
}

function lastProducer(graph: GraphState, inputs: readonly (Value | undefined)[]): NodeState | undefined {
  let last: NodeState | undefined;
  for (const input of inputs) {
    if (input?.origin.kind !== "output" || input.graph !== graph) continue;
    const producer = input.origin.node as NodeState;
    if (last === undefined || producer.order > last.order) last = producer;
  }
  return last;
}
