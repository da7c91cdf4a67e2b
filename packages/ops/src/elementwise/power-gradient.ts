import type { Value } from "@pare/ir";
import { isFloat } from "@pare/tensor";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { numbersOf } from "../known.ts";

/** Roots are infinitely steep at 0: they are taken to be as steep there as at this number. */
const smallestNormal = 2 ** -126;

/**
 * y = xᵖ: ∂/∂x = dy·p·xᵖ⁻¹, which is 0 where p is 0; ∂/∂p = dy·y·ln x, which counts as 0 where x is not positive (at 0 it
 * is the limit for p > 0, below 0 the power is not defined beside p). Usual exponents that are one constant take products.
 */
export const powerGradient: GradientRule = (context) => {
  const f = formulas(context.make);
  const exponentType = context.inputDType(1);
  const moves = exponentType === undefined || isFloat(exponentType);
  return [
    ofBroadcastInput(context, 0, () => ofBase(f, context)),
    moves ? ofBroadcastInput(context, 1, () => ofExponent(f, context)) : undefined,
  ];
};

function ofExponent(f: Formulas, { node, gradients }: GradientContext): Value {
  const x = node.inputs[0]!;
  const positive = f.of("Greater", x, 0);
  const logarithm = f.of("Log", f.of("Where", positive, x, 1));
  return f.mul(gradients[0]!, f.mul(f.of("Where", positive, node.outputs[0]!, 0), logarithm));
}

function ofBase(f: Formulas, context: GradientContext): Value | undefined {
  const [x, p] = context.node.inputs as readonly [Value, Value];
  const dy = context.gradients[0]!;
  const exponent = onlyElement(numbersOf(context.ints(1)));
  if (exponent === 0) return undefined;
  if (exponent !== undefined) return f.mul(dy, constantSlope(f, context, exponent));
  const power = context.inputDType(1) === "float32" ? p : f.float(p);
  // 0⁻¹ is infinite and may not meet the factor p = 0.
  const zero = f.of("Equal", power, 0);
  const lower = f.of("Pow", x, f.of("Where", zero, 1, f.sub(power, 1)));
  return f.mul(dy, f.mul(power, f.of("Where", zero, 0, lower)));
}

function constantSlope(f: Formulas, { node }: GradientContext, exponent: number): Value | number {
  const x = node.inputs[0]!;
  if (exponent === 1) return 1;
  if (exponent === 2) return f.mul(x, 2);
  if (exponent === 3) return f.mul(f.square(x), 3);
  if (exponent === 0.5) return f.divByRoot(0.5, node.outputs[0]!);
  if (exponent === -1) return f.of("Neg", f.square(node.outputs[0]!));
  const base = exponent > 0 && exponent < 1 ? f.of("Max", x, smallestNormal) : x;
  return f.mul(f.of("Pow", base, exponent - 1), exponent);
}

function onlyElement(elements: readonly number[] | undefined): number | undefined {
  const first = elements?.[0];
  return elements?.every((element) => element === first) ? first : undefined;
}
