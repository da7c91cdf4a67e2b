import {
  type Dim,
  type Graph,
  type Model,
  type ModelFunction,
  type Node,
  subgraphs,
  type Value,
  type ValueType,
} from "@pare/ir";
import { specOf } from "../catalog.ts";
import { mostElements } from "../known.ts";
import type { InferContext, KnownInts, OpSpec } from "../spec.ts";
import { boundNode, callAttributes } from "./bind.ts";
import { constantIn, contextOf, knownIn, type Scope, typeIn } from "./context.ts";
import { contradict, declaredType, nameUnknown, settle } from "./settle.ts";

/** A value whose declared type cannot be the one that follows from the graph. */
export interface TypeConflict {
  readonly value: Value;
  readonly declared: ValueType;
  readonly inferred: ValueType;
}

/** A node whose rule failed: nothing is known of its outputs but what the file declares. */
export interface RuleFault {
  readonly node: Node;
  readonly message: string;
}

export interface Walk {
  readonly model: Model;
  /** Symbols that the caller fixed. */
  readonly sizes: ReadonlyMap<string, number | string>;
  /** Whether declared sizes of inner values may be believed: not where they were declared for other input sizes. */
  readonly believeSizes: boolean;
  readonly macs: Map<Node, number | undefined>;
  readonly unknownOps: Set<string>;
  readonly conflicts: Map<Value, TypeConflict>;
  readonly faults: Map<Node, RuleFault>;
  readonly functions: ReadonlyMap<string, ModelFunction>;
  fresh(): Dim;
  /** Functions whose bodies are being walked: one that calls itself has no types. */
  readonly active: Set<ModelFunction>;
  /** Node visits left: loops in loops and functions in functions must end in bounded time. */
  budget: number;
  depth: number;
}

const deepest = 128;

/** Infers a graph whose inputs are typed; gives the types of its outputs. */
export function walkGraph(walk: Walk, graph: Graph, scope: Scope): (ValueType | undefined)[] {
  let macs: number | undefined = 0;
  walk.depth++;
  for (const node of graph.nodes) {
    if (walk.budget-- <= 0 || walk.depth > deepest) break;
    const own = visit(walk, node, scope);
    macs = own === undefined || macs === undefined ? undefined : macs + own;
  }
  walk.depth--;
  scope.graphMacs.set(graph, macs);
  return graph.outputs.map((output) => typeIn(scope, output));
}

/** Infers one node; gives its multiply-accumulates. */
function visit(walk: Walk, original: Node, scope: Scope): number | undefined {
  const node = boundNode(original, scope.attrs);
  const context = contextOf(node, scope, {
    fresh: walk.fresh,
    body: (graph, inner, inputs) => walkBody(walk, graph, inner, inputs),
  });
  const fn = walk.functions.get(functionKey(node.domain, node.type, node.overload));
  const found = fn === undefined ? ruleResult(walk, original, context) : callFunction(walk, fn, context, scope);
  for (const [slot, value] of node.outputs.entries()) {
    scope.types.set(value, settledType(walk, value, found.types[slot]));
    scope.known.set(value, small(found.known[slot]));
  }
  if (scope.attrs === undefined) walk.macs.set(original, found.macs);
  return found.macs;
}

interface Found {
  readonly types: readonly (ValueType | undefined)[];
  readonly known: readonly (KnownInts | undefined)[];
  readonly macs: number | undefined;
}

function ruleResult(walk: Walk, node: Node, context: InferContext): Found {
  const spec = specOf(node.op);
  if (spec === undefined) {
    walk.unknownOps.add(node.op);
    for (const graph of subgraphs(node)) context.body(attributeOf(node, graph), []);
    return { types: [], known: [], macs: undefined };
  }
  try {
    return applyRule(spec, context);
  } catch (error) {
    walk.faults.set(node, { node, message: error instanceof Error ? error.message : String(error) });
    return { types: [], known: [], macs: undefined };
  }
}

function applyRule(spec: OpSpec, context: InferContext): Found {
  const types = spec.infer(context);
  return { types, known: spec.propagate?.(context) ?? [], macs: spec.macs ? spec.macs(context, types) : 0 };
}

function attributeOf(node: Node, graph: Graph): string {
  for (const [name, attr] of node.attrs) if (attr.kind === "graph" && attr.graph === graph) return name;
  return "";
}

function settledType(walk: Walk, value: Value, inferred: ValueType | undefined): ValueType | undefined {
  const declared = declaredType(value.type, walk.sizes);
  if (declared !== undefined && inferred !== undefined && walk.believeSizes) {
    if (contradict(declared, inferred)) walk.conflicts.set(value, { value, declared, inferred });
    else walk.conflicts.delete(value);
  }
  return nameUnknown(settle(inferred, walk.believeSizes ? declared : withoutSizes(declared)), walk.fresh);
}

function withoutSizes(type: ValueType | undefined): ValueType | undefined {
  if (type?.kind !== "tensor" || type.shape === undefined) return type;
  return { ...type, shape: type.shape.map(() => undefined) };
}

function small(known: KnownInts | undefined): KnownInts | undefined {
  const useful = known !== undefined && known.elements.length <= mostElements;
  const says = known?.elements.length === 0 || known?.elements.some((element) => element !== undefined);
  return useful && says ? known : undefined;
}

function walkBody(
  walk: Walk,
  graph: Graph,
  scope: Scope,
  inputs: readonly (ValueType | undefined)[],
): (ValueType | undefined)[] {
  for (const [i, input] of graph.inputs.entries()) {
    scope.types.set(input, settledType(walk, input, inputs[i]));
    scope.known.delete(input);
  }
  return walkGraph(walk, graph, scope);
}

export function functionKey(domain: string, name: string, overload: string): string {
  return `${domain}.${name}:${overload}`;
}

/** A call's outputs, by walking the body with the call's types, constants and attributes. */
function callFunction(walk: Walk, fn: ModelFunction, context: InferContext, outer: Scope): Found {
  const { node } = context;
  if (walk.active.has(fn)) return { types: [], known: [], macs: undefined };
  const inner: Scope = {
    opsets: fn.opsets,
    attrs: callAttributes(fn, node),
    types: new Map(),
    known: new Map(),
    constants: new Map(),
    graphMacs: new Map(),
    initialIsConstant: outer.initialIsConstant,
  };
  for (const [i, input] of fn.body.inputs.entries()) {
    const value = node.inputs[i];
    if (value === undefined) continue;
    inner.types.set(input, context.type(i));
    inner.known.set(input, knownIn(outer, value));
    const constant = constantIn(outer, value);
    if (constant !== undefined) inner.constants.set(input, constant);
  }
  walk.active.add(fn);
  const types = walkGraph(walk, fn.body, inner);
  walk.active.delete(fn);
  const known = fn.body.outputs.map((output) => knownIn(inner, output));
  return { types, known, macs: inner.graphMacs.get(fn.body) };
}
