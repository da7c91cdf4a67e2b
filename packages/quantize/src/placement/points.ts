/** Where grids lie, and who shares one: operators that only move bytes give the same codes that they read. */
import type { Node, Value } from "@pare/ir";
import type { ActivationPoint, ActivationSpec, Range } from "../contract.ts";
import { type Flow, sharesGrid } from "./fold-clips.ts";
import type { Spread } from "./spread.ts";
import { codedInputs } from "./view.ts";

/** One point for each group of values that share a grid, in graph order. */
export function activationPoints(flow: Flow, { integer, isCoded }: Spread, spec: ActivationSpec): ActivationPoint[] {
  const order = codedValues(flow, integer, isCoded);
  const groups = new Map<Value, Value[]>(order.map((value) => [value, [value]]));
  const join = (a: Value, b: Value) => {
    const [first, second] = [groups.get(a), groups.get(b)];
    if (first === undefined || second === undefined || first === second) return;
    first.push(...second);
    for (const value of second) groups.set(value, first);
  };
  for (const node of flow.view.nodes) {
    if (!integer.has(node) || !sharesGrid(flow.view, node)) continue;
    const [first, ...rest] = [...codedInputs(flow.view, node), ...flow.results(node)];
    for (const value of rest) join(first!, value);
  }
  return [...new Set(order.map((value) => groups.get(value)!))].map((values) => pointOf(flow, integer, values, spec));
}

/** Graph inputs first, then in the order of the nodes that make them. */
function codedValues(flow: Flow, integer: ReadonlySet<Node>, isCoded: Spread["isCoded"]): Value[] {
  const { view } = flow;
  const read = new Set([...integer].flatMap((node) => codedInputs(view, node)));
  const candidates = [
    ...view.model.graph.inputs.filter((input) => read.has(input)),
    ...view.nodes.flatMap((node) =>
      integer.has(node) ? flow.results(node) : node.outputs.filter((output) => read.has(output)),
    ),
  ];
  return [...new Set(candidates)].filter(isCoded);
}

function pointOf(
  flow: Flow,
  integer: ReadonlySet<Node>,
  values: readonly Value[],
  spec: ActivationSpec,
): ActivationPoint {
  const isMoved = (value: Value) => {
    const maker = flow.producer(value);
    return maker !== undefined && integer.has(maker) && sharesGrid(flow.view, maker);
  };
  const clips = values.flatMap((value) => flow.foldInto(value) ?? []);
  const clipped = clips.map(({ clip }) => clip.outputs[0]!).filter(isMoved);
  const observe = clipped.length > 0 ? clipped : values.filter((value) => !isMoved(value));
  const [only, ...others] = values;
  const fixed = others.length === 0 ? fixedRange(flow.producer(only!), integer) : undefined;
  return { values, observe, fixed, limits: clips[0]?.limits, spec };
}

/** What these give lies in this range whatever they read. */
const ranges: ReadonlyMap<string, Range> = new Map([
  ["onnx.Sigmoid", { min: 0, max: 1 }],
  ["onnx.HardSigmoid", { min: 0, max: 1 }],
  ["onnx.Softmax", { min: 0, max: 1 }],
  ["onnx.Tanh", { min: -1, max: 1 }],
]);

function fixedRange(maker: Node | undefined, integer: ReadonlySet<Node>): Range | undefined {
  return maker !== undefined && integer.has(maker) ? ranges.get(maker.op) : undefined;
}
