import type { Attrs, Dim, Graph, Node, Value, ValueType } from "@pare/ir";
import { graphAttr } from "@pare/ir";
import type { Tensor } from "@pare/tensor";
import { knownOfTensor } from "../known.ts";
import { constantOfNode } from "../shape/constant.ts";
import type { InferContext, KnownInts } from "../spec.ts";
import { shapeOf, tensorType } from "../value-types.ts";
import { boundNode } from "./bind.ts";

/** What is known inside the main graph with its subgraphs, or inside one call of a function. */
export interface Scope {
  readonly opsets: ReadonlyMap<string, number>;
  /** The attributes of the call; undefined in the main graph. */
  readonly attrs: Attrs | undefined;
  readonly types: Map<Value, ValueType | undefined>;
  readonly known: Map<Value, KnownInts | undefined>;
  /** Inputs of a function that are constants where it is called. */
  readonly constants: Map<Value, Tensor>;
  readonly graphMacs: Map<Graph, number | undefined>;
  /** Whether an input's initial value is a constant: below IR 4 callers cannot override it. */
  readonly initialIsConstant: boolean;
}

export function constantIn(scope: Scope, value: Value): Tensor | undefined {
  const { origin } = value;
  if (origin.kind === "constant") return origin.tensor;
  if (origin.kind === "output") return constantOfNode(boundNode(origin.node, scope.attrs));
  const bound = scope.constants.get(value);
  return bound ?? (scope.initialIsConstant && origin.kind === "input" ? origin.initial : undefined);
}

export function typeIn(scope: Scope, value: Value): ValueType | undefined {
  const { origin } = value;
  if (origin.kind === "constant") return tensorType(origin.tensor.dtype, origin.tensor.shape);
  if (origin.kind === "sparse-constant") return tensorType(origin.tensor.values.dtype, origin.tensor.shape);
  return scope.types.get(value);
}

/** Reads small constants once. */
export function knownIn(scope: Scope, value: Value): KnownInts | undefined {
  if (scope.known.has(value)) return scope.known.get(value);
  const tensor = constantIn(scope, value);
  const known = tensor && knownOfTensor(tensor);
  if (tensor !== undefined) scope.known.set(value, known);
  return known;
}

/** What a context needs of the walk that makes it. */
export interface ContextSource {
  fresh(): Dim;
  body(graph: Graph, scope: Scope, inputs: readonly (ValueType | undefined)[]): readonly (ValueType | undefined)[];
}

export function contextOf(node: Node, scope: Scope, source: ContextSource): InferContext {
  const input = <T>(i: number, find: (scope: Scope, value: Value) => T): T | undefined => {
    const value = node.inputs[i];
    return value && find(scope, value);
  };
  return {
    node,
    opset: scope.opsets.get(node.domain) ?? 1,
    type: (i) => input(i, typeIn),
    shape: (i) => shapeOf(input(i, typeIn)),
    constant: (i) => input(i, constantIn),
    ints: (i) => input(i, knownIn),
    known: (value) => knownIn(scope, value),
    fresh: source.fresh,
    body: (attribute, inputs) => {
      const graph = graphAttr(node, attribute);
      return graph === undefined ? [] : source.body(graph, scope, inputs);
    },
    bodyMacs: (attribute) => {
      const graph = graphAttr(node, attribute);
      return graph && scope.graphMacs.get(graph);
    },
  };
}
