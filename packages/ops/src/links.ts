/** Axis links that need more than one input to be said. */
import type { Node } from "@pare/ir";
import { largest } from "./broadcast.ts";
import { inputShape, keeps, type ShapeOf } from "./rules.ts";
import type { AxisLink } from "./spec.ts";

/** Element i of one axis is multiplied with element i of the other, and all products are summed. */
export function contracted(from: AxisLink["from"], to: AxisLink["from"]): AxisLink {
  return { from, to, kind: "mixes", map: { kind: "same" } };
}

/** The last axis of each of `inputs` against axis `to` of the output, unless it is one element for all. */
export function perChannelLinks(node: Node, shape: ShapeOf, inputs: readonly number[] = [], to: number): AxisLink[] {
  return inputs.flatMap((input) => {
    const dims = inputShape(node, shape, input);
    return dims === undefined || dims.length === 0 || dims.at(-1) === 1 ? [] : [keeps(input, dims.length - 1, to)];
  });
}

/** Links of some inputs that broadcast together, aligned from the last axis; a stretched axis of size 1 has none. */
export function broadcastLinks(node: Node, shape: ShapeOf, inputs: readonly number[]): AxisLink[] {
  const operands = inputs.map((input) => ({ input, dims: inputShape(node, shape, input) ?? [] }));
  const rank = largest(operands.map(({ dims }) => dims.length));
  const stretches = (to: number) => operands.some(({ dims }) => (dims[to - rank + dims.length] ?? 1) !== 1);
  return operands.flatMap(({ input, dims }) =>
    dims.flatMap((size, axis) => {
      const to = axis + rank - dims.length;
      return size === 1 && stretches(to) ? [] : [keeps(input, axis, to)];
    }),
  );
}
