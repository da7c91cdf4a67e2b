import { attr, intAttr } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { addElements } from "../gradient/add-rows.ts";
import { formulas } from "../gradient/formulas.ts";
import { putBack } from "../gradient/put-back.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { axisIndex } from "../value-types.ts";

/** The k largest get their gradients; places have no slope. */
export const topKGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const [values] = gradients;
  if (values === undefined) return [];
  const to = context.inputShape(0);
  const axis = axisIndex(intAttr(node, "axis", -1), to.length)!;
  const attrs = { axis: attr.int(axis), largest: attr.int(intAttr(node, "largest", 1)) };
  const places = node.outputs[1] ?? make.ops("TopK", node.inputs, 2, attrs)[1]!;
  return [addElements(make, { gradient: values, indices: places, axis, to })];
};

/** Constant conditions say which slices are kept. */
export const compressGradient: GradientRule = (context) => {
  const { node, make } = context;
  const condition = context.constant(1);
  if (condition === undefined) throw context.refused("its condition is not constant");
  const f = formulas(make);
  const shape = context.inputShape(0);
  const given = intAttr(node, "axis");
  const axis = given === undefined ? 0 : axisIndex(given, shape.length)!;
  const from = [...numbers(condition)].flatMap((keep, place) => (keep === 0 ? [] : [place]));
  const flat = given === undefined ? [shape.reduce((product, size) => product * size, 1)] : shape;
  const taken = { axis, size: flat[axis]!, from };
  return [f.reshape(putBack(make, context.gradients[0]!, context.outputShape(0), taken), shape)];
};
