import type { ArithmeticOp } from "./expression.ts";

/** Where a quantity lies: its measured value, and the interval that it cannot be told from. */
export interface Bounds {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const point = (value: number): Bounds => ({ value, low: value, high: value });

/** What nothing is known about, but the one value that was measured. */
export const unbounded = (value: number): Bounds => ({ value, low: -Infinity, high: Infinity });

export const isExact = ({ low, high }: Bounds): boolean => low === high;

const apply: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** Interval arithmetic: every result that values of the two intervals can give. */
export function combine(op: ArithmeticOp, a: Bounds, b: Bounds): Bounds {
  const value = apply[op](a.value, b.value);
  if (op === "/" && b.low <= 0 && b.high >= 0 && !isExact(b)) return unbounded(value);
  const corners = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => apply[op](x, y)));
  // 0 × ∞: nothing is known.
  if (corners.some(Number.isNaN)) return unbounded(value);
  return { value, low: Math.min(...corners), high: Math.max(...corners) };
}

export const negate = ({ value, low, high }: Bounds): Bounds => ({ value: -value, low: -high, high: -low });

export function absolute(of: Bounds): Bounds {
  const ends = [Math.abs(of.low), Math.abs(of.high)];
  const spansZero = of.low < 0 && of.high > 0;
  return { value: Math.abs(of.value), low: spansZero ? 0 : Math.min(...ends), high: Math.max(...ends) };
}

/** `Math.min` or `Math.max`, at each end. */
export function extreme(pick: (...values: number[]) => number, all: readonly Bounds[]): Bounds {
  return {
    value: pick(...all.map(({ value }) => value)),
    low: pick(...all.map(({ low }) => low)),
    high: pick(...all.map(({ high }) => high)),
  };
}
