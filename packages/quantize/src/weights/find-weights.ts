import { graphsWithin, type Model, type Node, type Use, type Value } from "@pare/ir";
import { type Inference, shapeOf, specOf } from "@pare/ops";
import type { Tools } from "@pare/pass";
import type { Tensor } from "@pare/tensor";

/** A constant that its operators multiply: of a main graph or a subgraph. */
export interface Weight {
  readonly value: Value;
  readonly tensor: Tensor;
  /** Every node that reads it, and where. */
  readonly uses: readonly (Use & { readonly kind: "input" })[];
}

/**
 * Constants of two or more axes that every node which reads them takes as a weight, in graph order. Those that the
 * user's choice leaves out, by any of these nodes, are not among them.
 */
export function findWeights(model: Model, tools: Pick<Tools, "selects">): readonly Weight[] {
  const found = new Map<Value, Weight>();
  for (const graph of graphsWithin(model.graph))
    for (const node of graph.nodes)
      for (const value of node.inputs) {
        if (value?.origin.kind !== "constant" || found.has(value) || value.origin.tensor.shape.length < 2) continue;
        const uses = [...value.uses].filter((use) => use.kind === "input");
        if (uses.length < value.uses.size || !uses.every((use) => isWeight(use.node, use.slot))) continue;
        if (uses.every((use) => tools.selects(use.node)))
          found.set(value, { value, tensor: value.origin.tensor, uses });
      }
  return [...found.values()];
}

function isWeight(node: Node, slot: number): boolean {
  const roles = specOf(node.op)?.roles?.(node) ?? [];
  return (roles[slot] ?? roles.at(-1)) === "weight";
}

/**
 * The axis to have a scale for each element of: the longest of those along which no sum goes ([M,C,3,3] of a Conv: M;
 * [K,N] of a MatMul: N; [rows, width] of an embedding: the longer one). Undefined where there is none.
 */
export function scaleAxis({ tensor, uses }: Weight, types: Inference): number | undefined {
  const summed = new Set<number>();
  for (const { node, slot } of uses)
    for (const { from, kind } of specOf(node.op)?.axes?.(node, (value) => shapeOf(types.type(value))) ?? [])
      if (from.input === slot && kind === "mixes") summed.add(from.axis);
  const { shape } = tensor;
  const axes = shape.map((_, axis) => axis).filter((axis) => !summed.has(axis) && shape[axis]! > 1);
  return axes.sort((a, b) => shape[b]! - shape[a]! || a - b)[0];
}
