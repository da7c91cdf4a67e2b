/** Gradients of what is looked up. Indices have none. */
import { attr, intAttr, type Value } from "@pare/ir";
import { elementCount, numbers } from "@pare/tensor";
import { addAlong, addElements, addRows, zeros } from "../gradient/add-rows.ts";
import { formulas } from "../gradient/formulas.ts";
import { putBack } from "../gradient/put-back.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { axisIndex } from "../value-types.ts";

/** A table: rows that were taken several times get the sum. Constant indices are places that are known. */
export const gatherGradient: GradientRule = (context) => {
  const { node, make } = context;
  const f = formulas(make);
  const table = context.inputShape(0);
  const axis = axisIndex(intAttr(node, "axis", 0), table.length)!;
  const size = table[axis]!;
  const count = elementCount(context.inputShape(1));
  const shape = table.with(axis, count);
  const gradient = f.reshape(context.gradients[0]!, shape);
  const known = context.constant(1);
  if (known !== undefined) {
    const from = [...numbers(known)].map((index) => (index < 0 ? index + size : index));
    return [putBack(make, gradient, shape, { axis, size, from })];
  }
  if (elementCount(shape) === 0) return [zeros(make, table)];
  const indices = f.reshape(node.inputs[1]!, [count]);
  if (axis > 0) return [addAlong(make, { gradient, shape, indices, axis, size })];
  const width = elementCount(table.slice(1));
  const rows = addRows(make, { gradient: f.reshape(gradient, [count, width]), indices, count, width, rows: size });
  return [f.reshape(rows, table)];
};

export const gatherElementsGradient: GradientRule = (context) => {
  const to = context.inputShape(0);
  const axis = axisIndex(intAttr(context.node, "axis", 0), to.length)!;
  return [addElements(context.make, { gradient: context.gradients[0]!, indices: context.node.inputs[1]!, axis, to })];
};

/** Places in several axes are places in one: rows of a table whose width is what was taken whole. */
export const gatherNDGradient: GradientRule = (context) => {
  const { make } = context;
  const f = formulas(make);
  const data = context.inputShape(0);
  const [depth, batch] = [context.inputShape(1).at(-1)!, intAttr(context.node, "batch_dims", 0)];
  const rows = elementCount(data.slice(0, batch + depth));
  const width = elementCount(data.slice(batch + depth));
  const count = elementCount(context.inputShape(1).slice(0, -1));
  if (count * width * rows === 0) return [zeros(make, data)];
  const gradient = f.reshape(context.gradients[0]!, [count, width]);
  const indices = flatIndices(context, data.slice(0, batch + depth), batch);
  return [f.reshape(addRows(make, { gradient, indices, count, width, rows }), data)];
};

/** [count, depth] indices, each of its own batch, as [count] indices into all elements of `sizes`. */
function flatIndices({ node, make, inputShape }: GradientContext, sizes: readonly number[], batch: number): Value {
  const f = formulas(make);
  const shape = inputShape(1);
  const depth = shape.at(-1)!;
  const count = elementCount(shape.slice(0, -1));
  const own = sizes.slice(batch);
  const strides = own.map((_, i) => elementCount(own.slice(i + 1)));
  const places = f.of("Mod", f.reshape(node.inputs[1]!, [count, depth]), make.ints(own));
  const terms = f.of("Mul", places, make.ints(strides));
  const flat = make.op("ReduceSum", [terms, make.ints([1])], { keepdims: attr.int(0) });
  if (batch === 0) return flat;
  const each = count / elementCount(sizes.slice(0, batch));
  const starts = Array.from({ length: count }, (_, i) => Math.floor(i / each) * elementCount(own));
  return make.op("Add", [flat, make.ints(starts)]);
}
