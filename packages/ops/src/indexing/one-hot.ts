import { attr, intAttr, type Value } from "@pare/ir";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext } from "../gradient/rule.ts";
import { singleOf } from "../known.ts";
import { inputShape, keeps } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType } from "../value-types.ts";

/** Indices [A,B] become [A,B,depth], the new axis at `axis`. Inputs: indices, depth, [off value, on value]. */
export const oneHot: OpSpec = {
  op: "onnx.OneHot",
  roles: () => ["data", "param"],
  infer: ({ node, type, shape: shapeAt, ints }) => {
    const shape = shapeAt(0);
    const dtype = dtypeOf(type(2));
    const axis = shape && axisIndex(intAttr(node, "axis", -1), shape.length + 1);
    if (shape === undefined || axis === undefined) return [tensorType(dtype, undefined)];
    return [tensorType(dtype, shape.toSpliced(axis, 0, singleOf(ints(1))))];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const axis = axisIndex(intAttr(node, "axis", -1), rank + 1) ?? rank;
    return Array.from({ length: rank }, (_, i) => keeps(0, i, i < axis ? i : i + 1));
  },
  gradient: oneHotGradient,
  discontinuous: true,
};

/** The on value gets what is on, the off value the rest; indices have no slope. */
function oneHotGradient(context: GradientContext): readonly (Value | undefined)[] {
  const { node, make, gradients } = context;
  if (!context.needs(2)) return [];
  const f = formulas(make);
  const axes = context.outputShape(0).map((_, axis) => axis);
  const isOn = make.op("OneHot", [node.inputs[0], node.inputs[1], make.floats([0, 1])], {
    axis: attr.int(intAttr(node, "axis", -1)),
  });
  const sum = (value: Value) => f.reshape(f.sum(value, axes), [1]);
  const on = f.mul(sum(f.mul(gradients[0]!, isOn)), make.floats([-1, 1]));
  return [undefined, undefined, f.add(on, f.mul(sum(gradients[0]!), make.floats([1, 0])))];
}
