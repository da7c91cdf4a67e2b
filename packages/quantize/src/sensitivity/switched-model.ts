/**
 * One model in which each group of a placement can be switched between float and integer numbers from run to run.
 *
 * A value with a grid stands behind Where(on, DQ(Q(value)), value), a weight behind Where(on, DQ(codes), weight), and
 * `on` comes from an input of the model, one element a group. So every variant is a run of one session, nothing is
 * quantized twice, and all variants have the same ranges.
 *
 * 1. As in the written graph, behind an integer producer every reader gets the grid, behind a float one integer readers do.
 * 2. Relu and Clip stay: the grid behind them gives the same numbers as one that they went into.
 * 3. Biases stay float: their codes have 32 bits, and lose next to nothing.
 */
import { cloneModel, type Edit, type Model, type Node, producerOf, type Use, type Value } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import type { ActivationPoint, Placement, WeightPoint } from "../contract.ts";
import { weightPointOf } from "../qdq/bias-codes.ts";
import { dequantized, gridOf } from "../qdq/pairs.ts";
import type { Ranges } from "../qdq/write.ts";
import { quantizeConstant } from "../weights/quantize-constant.ts";
import { createGates, type Gates } from "./gates.ts";

export interface SwitchedModel {
  readonly model: Model;
  /** The input that takes `switches`. */
  readonly input: string;
  /** Groups of the placement, ascending: the order of the switches. */
  readonly groups: readonly number[];
  /** What to feed so that these groups are integer, and all others float. */
  switches(on: ReadonlySet<number>): Tensor;
}

/** @param placement of `model`, which stays as it is */
export function switchedModel(model: Model, placement: Placement, ranges: Ranges): SwitchedModel {
  const found = new Set([...placement.decisions.values()].flatMap(({ group }) => group ?? []));
  const groups = [...found].sort((a, b) => a - b);
  const copy = cloneModel(model);
  const input = copy.graph.edit("switch groups", (edit) => {
    const gates = createGates(edit, groups);
    const wiring = { edit, copy, placement, gates, twins: twinsOf(model, copy) };
    for (const point of placement.activations) switchActivations(wiring, point, ranges);
    for (const point of placement.weights) switchWeight(wiring, point);
    return gates.input.name;
  });
  return {
    model: copy,
    input,
    groups,
    switches: (on) => {
      const states = groups.map((group) => (on.has(group) ? 1 : 0));
      return tensorOf("bool", [groups.length], states);
    },
  };
}

interface Wiring {
  readonly edit: Edit;
  readonly copy: Model;
  readonly placement: Placement;
  readonly gates: Gates;
  /** The node of the model that a node of the copy is. */
  readonly twins: ReadonlyMap<Node, Node>;
}

function twinsOf(model: Model, copy: Model): ReadonlyMap<Node, Node> {
  const nodes = [...copy.graph.nodes];
  return new Map([...model.graph.nodes].map((node, i) => [nodes[i]!, node]));
}

function groupOf({ placement, twins }: Wiring, node: Node | undefined): number | undefined {
  const twin = node && twins.get(node);
  return twin && placement.decisions.get(twin)?.group;
}

function switchActivations(wiring: Wiring, point: ActivationPoint, ranges: Ranges): void {
  const { edit, copy } = wiring;
  const { scale, zeroPoint } = gridOf(point, ranges);
  for (const { name } of point.values) {
    const value = copy.graph.value(name);
    if (value === undefined) continue;
    const made = groupOf(wiring, producerOf(value));
    const readBy = (use: Use) => (use.kind === "input" ? groupOf(wiring, use.node) : undefined);
    const switched = usesByGroups(value, (use) => [made, readBy(use)]);
    if (switched.length === 0) continue;
    const grid = [
      edit.constant(`${name}_scale`, tensorOf("float32", [], [scale])),
      edit.constant(`${name}_zero_point`, tensorOf(point.spec.type, [], [zeroPoint])),
    ];
    const codes = edit.node("onnx.QuantizeLinear", [value, ...grid]).outputs[0]!;
    choose(wiring, value, edit.node("onnx.DequantizeLinear", [codes, ...grid]).outputs[0]!, switched);
  }
}

function switchWeight(wiring: Wiring, point: WeightPoint): void {
  const { edit, copy, placement, twins } = wiring;
  const value = copy.graph.value(point.value.name);
  if (value?.origin.kind !== "constant") return;
  const isOwn = (node: Node) => weightPointOf(placement.weights, point.value, twins.get(node) ?? node) === point;
  const switched = usesByGroups(value, (use) =>
    use.kind === "input" && isOwn(use.node) ? [groupOf(wiring, use.node)] : [],
  );
  if (switched.length === 0) return;
  const { codes, scales, zeroPoints } = quantizeConstant(value.origin.tensor, point.spec);
  const { axis } = point.spec;
  const made = dequantized({ edit, constants: new Map() }, value, { codes, scales, zeroPoints, axis });
  choose(wiring, value, made.outputs[0]!, switched);
}

interface SwitchedUses {
  readonly groups: readonly number[];
  readonly uses: Set<Use>;
}

/** Uses that the same groups switch, together; those that no group switches are left out. */
function usesByGroups(value: Value, groupsOf: (use: Use) => readonly (number | undefined)[]): readonly SwitchedUses[] {
  const found = new Map<string, SwitchedUses>();
  for (const use of value.uses) {
    const groups = [...new Set(groupsOf(use))].filter((group) => group !== undefined).sort((a, b) => a - b);
    if (groups.length === 0) continue;
    const known = found.get(groups.join()) ?? { groups, uses: new Set() };
    known.uses.add(use);
    found.set(groups.join(), known);
  }
  return [...found.values()];
}

function choose({ edit, gates }: Wiring, exact: Value, rounded: Value, switched: readonly SwitchedUses[]): void {
  for (const { groups, uses } of switched) {
    const chosen = edit.node("onnx.Where", [gates.anyOf(groups), rounded, exact]).outputs[0]!;
    edit.replaceUses(exact, chosen, (use) => uses.has(use));
  }
}
