/** Y_scale, Y_zero_point, then each tensor with its scale and zero point, one behind the other along `axis`. */
import { type Dim, intAttr, type Node } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { addDims } from "../dims.ts";
import { inputShape, keeps, opaque, type ShapeOf } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec, Role } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

export const qLinearConcat: OpSpec = {
  op: "com.microsoft.QLinearConcat",
  roles: (node) => node.inputs.map((_, i): Role => (isTensor(i) ? "data" : "param")),
  axes: axesOf,
  infer: (context) => [tensorType(dtypeOf(context.type(1)), shapeAfter(context))],
  discontinuous: true,
};

function isTensor(slot: number): boolean {
  return slot % 3 === 2;
}

function tensorSlots(node: Node): number[] {
  return [...node.inputs.keys()].filter(isTensor);
}

function shapeAfter({ node, shape }: InferContext): Dim[] | undefined {
  const shapes = tensorSlots(node).map(shape);
  const first = shapes.find((dims) => dims !== undefined);
  const axis = first && axisIndex(intAttr(node, "axis", 0), first.length);
  if (first === undefined || axis === undefined) return undefined;
  return first.map((_, i) => (i === axis ? total(shapes, axis) : shapes.find((dims) => dims?.[i] !== undefined)?.[i]));
}

function total(shapes: readonly (Shape | undefined)[], axis: number): Dim {
  return shapes.reduce<Dim>((size, dims) => addDims(size, dims?.[axis]), 0);
}

function axesOf(node: Node, shape: ShapeOf): AxisLink[] {
  let offset: Dim = 0;
  return tensorSlots(node).flatMap((input) => {
    const dims = inputShape(node, shape, input) ?? [];
    const axis = axisIndex(intAttr(node, "axis", 0), dims.length);
    const by = offset;
    offset = axis === undefined ? undefined : addDims(offset, dims[axis]);
    return dims.map((_, i) => {
      if (i !== axis) return keeps(input, i, i);
      return typeof by === "number" ? keeps(input, i, i, 0, { kind: "offset", by }) : opaque(input, i, i);
    });
  });
}
