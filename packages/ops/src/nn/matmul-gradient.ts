import { attr, floatAttr, intAttr, type Value } from "@pare/ir";
import type { GradientContext, GradientRule, NodeMaker } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/**
 * Y = A·B: ∂A = ∂Y·Bᵀ, ∂B = Aᵀ·∂Y, summed over the batch axes that were stretched. A vector is a row on the left, a column
 * on the right. A matrix on the right that a whole batch is multiplied by gets its gradient in one product over all rows.
 */
export const matMulGradient: GradientRule = (context) => {
  const [a, b] = context.node.inputs as readonly [Value, Value];
  const { ofA, ofB } = productGradients(context, {
    ...{ a, b, gradient: context.gradients[0]!, output: context.outputShape(0) },
    shapes: [context.inputShape(0), context.inputShape(1)],
  });
  return [context.needs(0) ? ofA() : undefined, context.needs(1) ? ofB() : undefined];
};

/** Y = α·A'·B', where A' and B' may be given with their last two axes swapped: so are their gradients then. */
export const fusedMatMulGradient: GradientRule = (context) => {
  const { node, make } = context;
  if (["transBatchA", "transBatchB"].some((name) => intAttr(node, name, 0) !== 0))
    throw context.refused("its batch axis is moved (transBatchA, transBatchB)");
  const alpha = floatAttr(node, "alpha", 1);
  const isTurned = (slot: number) =>
    intAttr(node, slot === 0 ? "transA" : "transB", 0) !== 0 && context.inputShape(slot).length > 1;
  const turn = (value: Value, slot: number) =>
    isTurned(slot) ? swapped(make, value, context.inputShape(slot).length) : value;
  const shapeOf = (slot: number) => {
    const shape = context.inputShape(slot);
    return isTurned(slot) ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  };
  const gradient = alpha === 1 ? context.gradients[0]! : make.op("Mul", [context.gradients[0], make.scalar(alpha)]);
  const { ofA, ofB } = productGradients(context, {
    ...{ a: turn(node.inputs[0]!, 0), b: turn(node.inputs[1]!, 1), gradient, output: context.outputShape(0) },
    shapes: [shapeOf(0), shapeOf(1)],
  });
  return [context.needs(0) ? turn(ofA(), 0) : undefined, context.needs(1) ? turn(ofB(), 1) : undefined];
};

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly shapes: readonly [a: readonly number[], b: readonly number[]];
  readonly gradient: Value;
  readonly output: readonly number[];
}

function productGradients({ make }: GradientContext, product: Product) {
  const { output } = product;
  const [a, b] = product.shapes;
  const [rows, columns] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const whole = [
    ...output.slice(0, output.length - Number(a.length > 1) - Number(b.length > 1)),
    rows.at(-2)!,
    columns.at(-1)!,
  ];
  const shaped = (value: Value, from: readonly number[], to: readonly number[]) =>
    from.length === to.length ? value : make.op("Reshape", [value, make.ints(to)]);
  const left = shaped(product.a, a, rows);
  const right = shaped(product.b, b, columns);
  const gradient = shaped(product.gradient, output, whole);
  const ofA = () => {
    const each = make.op("MatMul", [gradient, swapped(make, right, columns.length)]);
    return shaped(sumTo(make, each, [...whole.slice(0, -1), rows.at(-1)!], rows), rows, a);
  };
  const ofB = () => {
    if (columns.length === 2 && rows.length > 2) return shaped(overRows(make, left, gradient, rows, whole), columns, b);
    const each = make.op("MatMul", [swapped(make, left, rows.length), gradient]);
    return shaped(sumTo(make, each, [...whole.slice(0, -2), ...columns.slice(-2)], columns), columns, b);
  };
  return { ofA, ofB };
}

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
