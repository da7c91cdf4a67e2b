import { attr, floatAttr, intAttr, type Value } from "@pare/ir";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { sumTo } from "../gradient/sum-to.ts";

/** Y = α·A'·B' + β·C, where A' and B' may be given transposed. */
export const gemmGradient: GradientRule = (context) => {
  const { node, make } = context;
  const [a, b] = node.inputs;
  const gradient = context.gradients[0]!;
  const [transA, transB] = [intAttr(node, "transA", 0) !== 0, intAttr(node, "transB", 0) !== 0];
  const ofA = () =>
    transA ? product(context, b, gradient, transB, true) : product(context, gradient, b, false, !transB);
  const ofB = () =>
    transB ? product(context, gradient, a, true, transA) : product(context, a, gradient, !transA, false);
  return [
    context.needs(0) ? ofA() : undefined,
    context.needs(1) ? ofB() : undefined,
    node.inputs[2] !== undefined && context.needs(2)
      ? addend(context, make.scalar(floatAttr(node, "beta", 1)))
      : undefined,
  ];
};

function product(
  { node, make }: GradientContext,
  a: Value | undefined,
  b: Value | undefined,
  transA: boolean,
  transB: boolean,
) {
  return make.op("Gemm", [a, b], {
    alpha: attr.float(floatAttr(node, "alpha", 1)),
    transA: attr.int(Number(transA)),
    transB: attr.int(Number(transB)),
  });
}

function addend(context: GradientContext, beta: Value): Value {
  const { make, node } = context;
  const scaled =
    floatAttr(node, "beta", 1) === 1 ? context.gradients[0]! : make.op("Mul", [context.gradients[0], beta]);
  return sumTo(make, scaled, context.outputShape(0), context.inputShape(2));
}
