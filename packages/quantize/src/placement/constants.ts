/** Weights and biases of integer nodes, and what numbers they become. */
import { floatAttr, intAttr, type Node, type Value } from "@pare/ir";
import { specOf } from "@pare/ops";
import type { ActivationSpec, BiasPoint, PlacementOptions, WeightPoint, WeightSpec } from "../contract.ts";
import { biasSlot, codeSlots, constantOf, ruleOf, shapeIn, type View } from "./view.ts";

/** One point for each way in which a constant is read: nodes that agree share it. */
export function weightPoints(
  view: View,
  integer: ReadonlySet<Node>,
  activation: ActivationSpec,
  options: PlacementOptions,
): WeightPoint[] {
  const points: WeightPoint[] = [];
  for (const node of view.nodes) {
    if (!integer.has(node)) continue;
    for (const slot of codeSlots(view, node)) {
      const value = node.inputs[slot]!;
      if (constantOf(value) === undefined) continue;
      const spec = isWeight(view, node, slot) ? weightSpec(view, node, slot, options) : addedSpec(activation);
      const known = points.some((point) => point.value === value && sameSpec(point.spec, spec));
      if (!known) points.push({ value, node, slot, spec });
    }
  }
  return points;
}

/** What is multiplied and summed; other constants (what an Add adds) have the type of activations, as kernels want it. */
function isWeight(view: View, node: Node, slot: number): boolean {
  return ruleOf(view, node)?.kind === "compute" && slot > 0;
}

function addedSpec({ type, symmetric }: ActivationSpec): WeightSpec {
  return { type, symmetric, axis: undefined };
}

/** Depthwise weights have a scale a channel even where one a tensor is asked for, unless nothing is to be protected. */
function weightSpec(
  view: View,
  node: Node,
  slot: number,
  { weight = {}, protect = true }: PlacementOptions,
): WeightSpec {
  const { granularity, bits, symmetric, type } = { ...view.target.weight, ...weight };
  const byChannel = granularity === "channel" || (protect && isDepthwise(node, slot));
  const axis = byChannel ? channelAxis(view, node, slot) : undefined;
  return { type, symmetric: symmetric || axis !== undefined, axis, ...(bits < fullBits(type) && { bits }) };
}

/** Its channels differ in scale as much as layers do. */
function isDepthwise(node: Node, slot: number): boolean {
  return node.op === "onnx.Conv" && intAttr(node, "group", 1) > 1 && constantOf(node.inputs[slot])?.shape[1] === 1;
}

function fullBits(type: string): number {
  return Number(/\d+$/.exec(type)?.[0] ?? 8);
}

/**
 * The weight's axis that becomes the output's channels: 0 of [M,C,3,3] in Conv, 1 of [K,N] in MatMul. Undefined where
 * there is none, or where groups share it, or where a batch of matrices has too many axes for one scale each.
 */
export function channelAxis(view: View, node: Node, slot: number): number | undefined {
  const links = specOf(node.op)?.axes?.(node, (value) => shapeIn(view, value)) ?? [];
  const channel = shapeIn(view, node.outputs[0])?.length;
  const isMatrix = node.op === "onnx.MatMul" || node.op === "onnx.Gemm";
  if (isMatrix && (constantOf(node.inputs[slot])?.shape.length ?? 0) > 2) return undefined;
  const kept = links.filter(
    ({ from, to, kind }) =>
      from.input === slot && "output" in to && kind !== "mixes" && (!isMatrix || to.axis === (channel ?? 2) - 1),
  );
  return kept.length === 1 ? kept[0]!.from.axis : undefined;
}

function sameSpec(a: WeightSpec, b: WeightSpec): boolean {
  return a.type === b.type && a.symmetric === b.symmetric && a.axis === b.axis && a.bits === b.bits;
}

export function biasPoints(view: View, integer: ReadonlySet<Node>): BiasPoint[] {
  if (view.target.bias === "float") return [];
  return view.nodes.flatMap((node) => {
    const slot = integer.has(node) && ruleOf(view, node)?.bias ? biasSlot(node) : undefined;
    const value = slot === undefined ? undefined : node.inputs[slot];
    if (slot === undefined || value === undefined) return [];
    const [data, weight] = codeSlots(view, node).map((each): Value => node.inputs[each]!);
    if (data === undefined || weight === undefined) return [];
    return [{ value, node, slot, data, weight, factor: floatAttr(node, "beta", 1) }];
  });
}
