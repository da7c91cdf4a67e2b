import type { Dim } from "@pare/ir";
import { mulDims } from "../dims.ts";
import { reindex, singleOf, smallShape } from "../known.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { constantNumbers } from "./constant.ts";
import { tileGradient } from "./layout-gradients.ts";

export const tile: OpSpec = {
  op: "onnx.Tile",
  gradient: tileGradient,
  roles: () => ["data", "param"],
  infer: (context) => [tensorType(dtypeOf(context.type(0)), tiledShape(context))],
  axes: (node, shapeAt) => {
    const repeats = node.inputs.length > 2 ? undefined : constantNumbers(node, 1);
    return (inputShape(node, shapeAt, 0) ?? []).map((size, axis) => tileLink(axis, size, repeats?.[axis]));
  },
  propagate: (context) => {
    const known = context.ints(0);
    const shape = smallShape(tiledShape(context));
    return [known && shape && reindex(known, shape, (at) => at.map((place, axis) => place % known.shape[axis]!))];
  },
};

function tileLink(axis: number, size: Dim, times: number | undefined): AxisLink {
  if (times === 1) return keeps(0, axis, axis);
  if (times === undefined || typeof size !== "number") return opaque(0, axis, axis);
  return keeps(0, axis, axis, 0, { kind: "blocks", size });
}

/** Below opset 6 the inputs are a count and one axis. */
function tiledShape({ opset, ints, shape: shapeAt }: InferContext): readonly Dim[] | undefined {
  const shape = shapeAt(0);
  if (opset < 6) {
    const axis = singleOf(ints(2));
    return shape?.map((size, i) =>
      axis === undefined ? undefined : i === axis ? mulDims(size, singleOf(ints(1))) : size,
    );
  }
  const repeats = ints(1)?.elements;
  return shape?.map((size, axis) => mulDims(size, repeats?.[axis]));
}
