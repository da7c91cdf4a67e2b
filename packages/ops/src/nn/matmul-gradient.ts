import { attr, type Value } from "@pare/ir";
import type { GradientRule, NodeMaker } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/**
 * Y = A·B: ∂A = ∂Y·Bᵀ, ∂B = Aᵀ·∂Y, summed over the batch axes that were stretched. A vector is a row on the left, a column
 * on the right. A matrix on the right that a whole batch is multiplied by gets its gradient in one product over all rows.
 */
export const matMulGradient: GradientRule = (context) => {
  const { make, node } = context;
  const [a, b] = [context.inputShape(0), context.inputShape(1)];
  const [rows, columns] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const output = context.outputShape(0);
  const whole = [
    ...output.slice(0, output.length - Number(a.length > 1) - Number(b.length > 1)),
    rows.at(-2)!,
    columns.at(-1)!,
  ];
  const shaped = (value: Value | undefined, from: readonly number[], to: readonly number[]) =>
    from.length === to.length ? value! : make.op("Reshape", [value, make.ints(to)]);
  const left = shaped(node.inputs[0], a, rows);
  const right = shaped(node.inputs[1], b, columns);
  const gradient = shaped(context.gradients[0], output, whole);
  const back = (value: Value, from: readonly number[], to: readonly number[]) =>
    shaped(sumTo(make, value, from, to), to, to);
  const ofA = () => {
    const product = make.op("MatMul", [gradient, swapped(make, right, columns.length)]);
    return shaped(back(product, [...whole.slice(0, -1), rows.at(-1)!], rows), rows, a);
  };
  const ofB = () => {
    if (columns.length === 2 && rows.length > 2) return shaped(overRows(make, left, gradient, rows, whole), columns, b);
    const product = make.op("MatMul", [swapped(make, left, rows.length), gradient]);
    return shaped(back(product, [...whole.slice(0, -2), ...columns.slice(-2)], columns), columns, b);
  };
  return [context.needs(0) ? ofA() : undefined, context.needs(1) ? ofB() : undefined];
};

function swapped(make: NodeMaker, value: Value, rank: number): Value {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  return make.op("Transpose", [value], { perm: attr.ints([...order.slice(0, -2), rank - 1, rank - 2]) });
}

function overRows(
  make: NodeMaker,
  a: Value,
  gradient: Value,
  rows: readonly number[],
  whole: readonly number[],
): Value {
  const flat = (value: Value, last: number) => make.op("Reshape", [value, make.ints([-1, last])]);
  return make.op("Gemm", [flat(a, rows.at(-1)!), flat(gradient, whole.at(-1)!)], { transA: attr.int(1) });
}
