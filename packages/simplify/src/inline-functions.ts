/**
 * Calls of a model's own functions are replaced by the function's nodes where that does not add nodes: functions that are
 * called once, and small ones. Constant nodes in a body do not count: they become initializers.
 */
import {
  type Attr,
  type Attrs,
  allNodes,
  type Edit,
  type Graph,
  graphsWithin,
  isReplaceable,
  type ModelFunction,
  type Node,
  type Value,
} from "@pare/ir";
import { functionKey } from "./drop-dead.ts";
import { nameOf, type Scene } from "./scene.ts";
import type { Step } from "./step.ts";

export const inlineFunctions: Step = {
  name: "simplify/inline-functions",
  summary: "Put the nodes of functions where they are called, where that does not add nodes",
  promise: "exact",
  run(scene) {
    // Inlining shows the calls inside a body: each round goes one level deeper.
    for (let level = 0; level < mostLevels && inlineLevel(scene); level++);
  },
};

const mostLevels = 64;

function inlineLevel(scene: Scene): boolean {
  const { model } = scene;
  const functions = new Map(model.functions.map((fn) => [functionKey(`${fn.domain}.${fn.name}`, fn.overload), fn]));
  if (functions.size === 0) return false;
  const calls = new Map<ModelFunction, Node[]>();
  const hidden = new Set<ModelFunction>();
  for (const node of allNodes(model)) {
    const fn = functions.get(functionKey(node.op, node.overload));
    if (fn === undefined) continue;
    if (scene.holdsConstants(node.graph)) calls.set(fn, [...(calls.get(fn) ?? []), node]);
    else hidden.add(fn);
  }
  let changed = false;
  for (const [fn, nodes] of calls) {
    if (!pays(fn, nodes.length, hidden.has(fn)) || !adopts(fn, scene)) continue;
    for (const node of nodes.filter((each) => scene.tools.selects(each))) {
      inline(node, fn, scene);
      changed = true;
    }
  }
  if (changed) model.update(scene.label, { functions: stillCalled(scene) });
  return changed;
}

/** Whether the copies are no more nodes than the calls and the body together. */
function pays(fn: ModelFunction, calls: number, isCalledElsewhere: boolean): boolean {
  const body = [...graphsWithin(fn.body)].flatMap((graph) => [...graph.nodes]);
  const working = body.filter((node) => node.op !== "onnx.Constant" && node.op !== "onnx.Identity").length;
  return calls * working <= calls + (isCalledElsewhere ? 0 : body.length);
}

function stillCalled(scene: Scene): readonly ModelFunction[] {
  const called = new Set([...allNodes(scene.model)].map((node) => functionKey(node.op, node.overload)));
  return scene.model.functions.filter((fn) => called.has(functionKey(`${fn.domain}.${fn.name}`, fn.overload)));
}

/** Whether the body reads its operators by the versions that the model has; missing ones are imported. */
function adopts(fn: ModelFunction, scene: Scene): boolean {
  const { model } = scene;
  const opsets = new Map(model.opsets);
  for (const [domain, version] of fn.opsets) {
    if (opsets.has(domain) && opsets.get(domain) !== version) {
      scene.leave(`left calls of a function that is written for another version of "${domain}"`, fn.name);
      return false;
    }
    opsets.set(domain, version);
  }
  if (opsets.size > model.opsets.size) model.update(scene.label, { opsets });
  return true;
}

function inline(call: Node, fn: ModelFunction, scene: Scene): void {
  const prefix = nameOf(call);
  call.graph.edit(scene.label, (edit) => {
    const copy = new BodyCopy(edit, call, fn, prefix);
    const results = copy.nodesOf(fn.body, call.graph);
    call.outputs.forEach((output, i) => {
      const result = results[i];
      if (result === undefined || output.uses.size === 0) return;
      const by = isReplaceable(output, result)
        ? result
        : edit.node("onnx.Identity", [result], { before: call }).outputs[0]!;
      edit.replaceUses(output, by);
    });
    scene.drop(edit, call.outputs);
  });
  scene.changed(`inlined a call of ${fn.name}`, prefix);
}

/** Copies a body into a graph, with the call's inputs and attributes in place of the function's own. */
class BodyCopy {
  readonly #edit: Edit;
  readonly #call: Node;
  readonly #fn: ModelFunction;
  readonly #prefix: string;
  readonly #values = new Map<Value, Value | undefined>();

  constructor(edit: Edit, call: Node, fn: ModelFunction, prefix: string) {
    this.#edit = edit;
    this.#call = call;
    this.#fn = fn;
    this.#prefix = prefix;
    for (const [i, input] of fn.body.inputs.entries()) this.#values.set(input, call.inputs[i]);
  }

  nodesOf(body: Graph, into: Graph): readonly (Value | undefined)[] {
    const atCall = into === this.#call.graph;
    for (const value of body.values)
      if (value.origin.kind === "constant")
        this.#values.set(value, this.#edit.constant(this.#named(value.name), value.origin.tensor, into));
    for (const node of body.nodes) {
      const made = this.#edit.node(
        node.op,
        node.inputs.map((input) => this.#copyOf(input)),
        {
          attrs: this.#attrsOf(node.attrs),
          name: this.#named(node.name),
          outputs: node.outputs.map((output) => (output.name === "" ? "" : this.#named(output.name))),
          overload: node.overload,
          graph: into,
          ...(atCall && { before: this.#call }),
        },
      );
      node.outputs.forEach((output, i) => {
        this.#values.set(output, made.outputs[i]);
        if (output.type !== undefined) this.#edit.retype(made.outputs[i]!, output.type);
      });
    }
    return body.outputs.map((output) => this.#copyOf(output));
  }

  #named(name: string): string {
    return name === "" ? "" : `${this.#prefix}/${name}`;
  }

  #copyOf(value: Value | undefined): Value | undefined {
    return value === undefined ? undefined : this.#values.has(value) ? this.#values.get(value) : value;
  }

  #attrsOf(attrs: Attrs): Attrs {
    const copied = new Map<string, Attr>();
    for (const [name, attr] of attrs) {
      if (attr.kind === "graph") copied.set(name, { kind: "graph", graph: this.#subgraph(attr.graph) });
      else if (attr.kind === "graphs")
        copied.set(name, { kind: "graphs", graphs: attr.graphs.map((each) => this.#subgraph(each)) });
      else if (attr.kind !== "reference") copied.set(name, attr);
      else {
        const given = this.#call.attrs.get(attr.name) ?? this.#fn.defaults.get(attr.name);
        if (given !== undefined) copied.set(name, given);
      }
    }
    return copied;
  }

  #subgraph(graph: Graph): Graph {
    const made = this.#edit.subgraph(graph.name);
    for (const input of graph.inputs)
      this.#values.set(
        input,
        this.#edit.input(
          this.#named(input.name),
          input.type ?? { kind: "tensor", dtype: undefined, shape: undefined },
          made,
        ),
      );
    for (const output of this.nodesOf(graph, made)) if (output !== undefined) this.#edit.output(output);
    return made;
  }
}
