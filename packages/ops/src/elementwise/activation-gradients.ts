/** Slopes of activations, by operator type. At a kink the slope is that of the flatter side, as stated. */
import { floatAttr, type Node, stringAttr, type Value } from "@pare/ir";
import type { Formulas } from "../gradient/formulas.ts";
import { type Point, pointwise } from "../gradient/pointwise.ts";
import type { GradientRule } from "../gradient/rule.ts";

/** x for x > 0, else a·(exp(x·rate) − 1), all times `scale`. At 0: as for x < 0. */
function exponentialUnit({ f, dy, x }: Point, unit: { a: number; rate: number; scale: number }): Value {
  const { a, rate, scale } = unit;
  const negative = f.of("Min", x, 0);
  const decay = f.of("Exp", rate === 1 ? negative : f.mul(negative, rate));
  const slope = a * rate * scale === 1 ? decay : f.mul(decay, a * rate * scale);
  const jump = scale * (1 - a * rate);
  return f.mul(dy, jump === 0 ? slope : f.add(slope, f.mul(f.above(x, 0), jump)));
}

/** The slope of x·Φ(x), Φ the normal distribution function: Φ(x) + x·φ(x). */
export function exactGeluSlope(f: Formulas, x: Value): Value {
  const distribution = f.mul(f.add(f.of("Erf", f.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = f.mul(f.of("Exp", f.mul(f.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return f.add(distribution, f.mul(x, density));
}

/** The slope of x·(1 + tanh(u))/2 with u = √(2/π)·(x + 0.044715·x³) (Hendrycks and Gimpel, 2016). */
export function tanhGeluSlope(f: Formulas, x: Value): Value {
  const rate = Math.sqrt(2 / Math.PI);
  const cubic = 0.044715 * rate;
  const squared = f.square(x);
  const tanh = f.of("Tanh", f.mul(x, f.add(f.mul(squared, cubic), rate)));
  const inner = f.mul(x, f.add(f.mul(squared, 3 * cubic), rate));
  return f.mul(f.add(f.add(tanh, 1), f.mul(inner, f.sub(1, f.square(tanh)))), 0.5);
}

/** The slope of x·sigmoid(rate·x). */
export function swishSlope(f: Formulas, x: Value, rate: number): Value {
  const scaled = rate === 1 ? x : f.mul(x, rate);
  const sigmoid = f.of("Sigmoid", scaled);
  return f.mul(sigmoid, f.add(f.mul(scaled, f.sub(1, sigmoid)), 1));
}

const alphaOf = (node: Node, fallback: number) => floatAttr(node, "alpha", fallback);
const between = (f: Formulas, x: Value, low: number, high: number) => f.mul(f.above(x, low), f.below(x, high));

const chains: Readonly<Record<string, (point: Point) => Value>> = {
  /** At 0: 0. */
  Relu: ({ f, dy, y }) => f.mul(dy, f.above(y, 0)),
  /** At 0: alpha. */
  LeakyRelu: ({ f, dy, x, node }) => {
    const alpha = alphaOf(node, 0.01);
    return f.mul(dy, f.add(f.mul(f.above(x, 0), 1 - alpha), alpha));
  },
  /** At alpha: 0. */
  ThresholdedRelu: ({ f, dy, x, node }) => f.mul(dy, f.above(x, alphaOf(node, 1))),
  /** At ±lambd: 0. */
  Shrink: ({ f, dy, x, node }) => {
    const limit = floatAttr(node, "lambd", 0.5);
    return f.mul(dy, f.add(f.above(x, limit), f.below(x, -limit)));
  },
  Elu: (point) => exponentialUnit(point, { a: alphaOf(point.node, 1), rate: 1, scale: 1 }),
  Celu: (point) => {
    const alpha = alphaOf(point.node, 1);
    return exponentialUnit(point, { a: alpha, rate: 1 / alpha, scale: 1 });
  },
  Selu: (point) => {
    const alpha = alphaOf(point.node, 1.6732631921768188);
    const scale = floatAttr(point.node, "gamma", 1.0507010221481323);
    return exponentialUnit(point, { a: alpha, rate: 1, scale });
  },
  Sigmoid: ({ f, dy, y }) => f.mul(dy, f.mul(y, f.sub(1, y))),
  /** At both kinks: 0. */
  HardSigmoid: ({ f, dy, y, node }) => f.mul(f.mul(dy, alphaOf(node, 0.2)), between(f, y, 0, 1)),
  /** At −3: 0, at 3: 1. */
  HardSwish: ({ f, dy, x }) => {
    const slanted = f.mul(f.add(f.mul(x, 1 / 3), 0.5), between(f, x, -3, 3));
    return f.mul(dy, f.add(slanted, f.sub(1, f.below(x, 3))));
  },
  Swish: ({ f, dy, x, node }) => f.mul(dy, swishSlope(f, x, alphaOf(node, 1))),
  Gelu: ({ f, dy, x, node }) => {
    const slope = stringAttr(node, "approximate", "none") === "tanh" ? tanhGeluSlope : exactGeluSlope;
    return f.mul(dy, slope(f, x));
  },
  Softplus: ({ f, dy, x }) => f.mul(dy, f.of("Sigmoid", x)),
  Softsign: ({ f, dy, x }) => f.div(dy, f.square(f.add(f.of("Abs", x), 1))),
  Mish: ({ f, dy, x }) => {
    const tanh = f.of("Tanh", f.of("Softplus", x));
    const bend = f.mul(f.mul(x, f.of("Sigmoid", x)), f.sub(1, f.square(tanh)));
    return f.mul(dy, f.add(tanh, bend));
  },
};

export const activationGradients: Readonly<Record<string, GradientRule>> = Object.fromEntries(
  Object.entries(chains).map(([type, chain]) => [type, pointwise(chain)]),
);
