/**
 * The backward pass of a graph, as ordinary nodes behind it (reverse-mode differentiation).
 *
 * 1. The walk goes from the loss to the values asked for, and only through nodes that lie between (see `active.ts`).
 * 2. Each node's rule comes from its operator's specification; what cannot be differentiated is found before anything
 *    is built, and named.
 * 3. Gradients of a value that is used several times are added in the order of the walk: the same graph every time.
 */
import type { Edit, Graph, Node, Value } from "@pare/ir";
import {
  dtypeOf,
  type Formulation,
  type GradientContext,
  type GradientRule,
  type Inference,
  type NodeMaker,
  specOf,
} from "@pare/ops";
import { elementCount } from "@pare/tensor";
import { notDifferentiableError } from "../errors.ts";
import { type Active, activeBetween } from "./active.ts";
import { nodeMaker } from "./node-maker.ts";
import { sizesOf } from "./sizes.ts";

export interface DifferentiateOptions {
  readonly graph: Graph;
  readonly edit: Edit;
  /** A value of one element. */
  readonly loss: Value;
  /** Parameters, inputs, or any value that the loss depends on. */
  readonly of: readonly Value[];
  readonly formulation: Formulation;
  /** Of the forward pass, with all sizes fixed. */
  readonly inference: Inference;
  /** Operator set of the default domain: 21 or later. */
  readonly opset: number;
}

/**
 * ∂loss/∂value for each value of `of` that the loss depends on, with the value's shape.
 * @throws TRAIN_GRADIENT, TRAIN_SHAPE
 */
export function differentiate(options: DifferentiateOptions): ReadonlyMap<Value, Value> {
  const { graph, edit, loss, of } = options;
  const active = activeBetween(graph, of, [loss]);
  const [refusal] = refusals(active);
  if (refusal !== undefined) throw refusal;
  const make = nodeMaker(edit, "gradient/");
  const flow = new Flow(make);
  if (active.has(loss)) flow.add(loss, ones(make, sizesOf(options.inference, loss)));
  for (const node of [...active.nodes].reverse()) {
    const gradients = node.outputs.map((output) => flow.total(output));
    if (gradients.every((gradient) => gradient === undefined)) continue;
    const rule = ruleOf(node)!;
    const found = rule(contextOf(node, gradients, { active, make, ...options }));
    const pairs = "get" in found ? found : bySlot(node, found);
    for (const [value, gradient] of pairs) if (active.has(value)) flow.add(value, gradient);
  }
  return new Map(of.flatMap((value) => pairWith(value, flow.total(value))));
}

function bySlot(node: Node, gradients: readonly (Value | undefined)[]): [Value, Value][] {
  return node.inputs.flatMap((input, slot) => (input === undefined ? [] : pairWith(input, gradients[slot])));
}

function pairWith(value: Value, gradient: Value | undefined): [Value, Value][] {
  return gradient === undefined ? [] : [[value, gradient]];
}

/** One error for each node on the way that has no rule. */
export function refusals({ nodes }: Active): readonly Error[] {
  return nodes.filter((node) => ruleOf(node) === undefined).map((node) => notDifferentiableError(node, reasonOf(node)));
}

function ruleOf({ op }: Node): GradientRule | undefined {
  const gradient = specOf(op)?.gradient;
  return typeof gradient === "function" ? gradient : undefined;
}

function reasonOf({ op, type }: Node): string {
  const gradient = specOf(op)?.gradient;
  return typeof gradient === "object" ? gradient.refused : `the operator ${type} has no gradient rule`;
}

interface ContextParts extends DifferentiateOptions {
  readonly active: Active;
  readonly make: NodeMaker;
}

function contextOf(node: Node, gradients: readonly (Value | undefined)[], parts: ContextParts): GradientContext {
  const { inference, active, make, formulation, opset } = parts;
  const shape = (value: Value) => sizesOf(inference, value);
  return {
    ...{ node, opset, formulation, make, gradients, shape },
    needs: (slot) => active.has(node.inputs[slot]),
    wants: active.has,
    inputShape: (slot) => shape(node.inputs[slot]!),
    outputShape: (slot) => shape(node.outputs[slot]!),
    inputDType: (slot) => dtypeOf(node.inputs[slot] && inference.type(node.inputs[slot])),
    constant: (slot) => {
      const origin = node.inputs[slot]?.origin;
      return origin?.kind === "constant" ? origin.tensor : undefined;
    },
    ints: (slot) => node.inputs[slot] && inference.ints(node.inputs[slot]),
    refused: (reason) => notDifferentiableError(node, reason),
  };
}

function ones(make: NodeMaker, shape: readonly number[]): Value {
  return make.floats(new Float32Array(elementCount(shape)).fill(1), shape);
}

/** What has arrived at each value so far. */
class Flow {
  readonly #arrived = new Map<Value, Value[]>();
  readonly #totals = new Map<Value, Value>();
  readonly #make: NodeMaker;

  constructor(make: NodeMaker) {
    this.#make = make;
  }

  add(value: Value, gradient: Value): void {
    const arrived = this.#arrived.get(value);
    if (arrived === undefined) this.#arrived.set(value, [gradient]);
    else arrived.push(gradient);
  }

  /** The sum, made once: nothing arrives any more where it is asked for. */
  total(value: Value): Value | undefined {
    const known = this.#totals.get(value);
    const arrived = this.#arrived.get(value);
    if (known !== undefined || arrived === undefined) return known;
    const sum = arrived.reduce((left, right) => this.#make.op("Add", [left, right]));
    this.#totals.set(value, sum);
    return sum;
  }
}
