/** Arithmetic on known elements, as the operators do it: by element type, on numbers and symbols. */
import type { Dim, Node } from "@pare/ir";
import { type DType, isFloat } from "@pare/tensor";
import {
  addDims,
  atLeastDims,
  ceilDivDims,
  exactDivDims,
  floorDivDims,
  lowestOf,
  maxDims,
  minDims,
  modDims,
  mulDims,
  subDims,
} from "../dims.ts";
import { zipKnown } from "../known.ts";
import type { InferContext, KnownInts } from "../spec.ts";

export type Arithmetic = (a: Dim, b: Dim, dtype: DType | undefined, node: Node) => Dim;

export const arithmetic = {
  Add: addDims,
  Sub: subDims,
  Mul: mulDims,
  Div: divide,
  Mod: remainder,
  Max: maxDims,
  Min: minDims,
  Pow: power,
} as const satisfies Record<string, Arithmetic>;

/** Integers are divided towards zero; symbols only where the result is sure. */
function divide(a: Dim, b: Dim, dtype: DType | undefined): Dim {
  const floats = dtype !== undefined && isFloat(dtype);
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return floats ? a / b : Math.trunc(a / b);
  if (floats) return exactDivDims(a, b);
  return lowestOf(a) >= 0 && lowestOf(b) >= 0 ? floorDivDims(a, b) : undefined;
}

/** The sign is the divisor's; with `fmod` set it is the dividend's. */
function remainder(a: Dim, b: Dim, _dtype: DType | undefined, node: Node): Dim {
  const fmod = node.attrs.get("fmod");
  const truncated = fmod?.kind === "int" && fmod.value === 1n;
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return truncated ? a % b : a - b * Math.floor(a / b);
  return lowestOf(b) > 0 && (!truncated || lowestOf(a) >= 0) ? modDims(a, b) : undefined;
}

function power(a: Dim, b: Dim): Dim {
  if (typeof b !== "number") return undefined;
  if (typeof a === "number") return a ** b;
  return Number.isInteger(b) && b >= 0 && b <= 4
    ? Array.from({ length: b }).reduce<Dim>((p) => mulDims(p, a), 1)
    : undefined;
}

export function absoluteDim(x: Dim): Dim {
  if (typeof x === "number") return Math.abs(x);
  return lowestOf(x) >= 0 ? x : undefined;
}

/** Greater, as 1 or 0; undefined where it depends on the symbols. */
export function greater(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Number(a > b);
  const reverse = atLeastDims(b, a);
  return reverse === undefined ? truth(atLeastDims(a, addDims(b, 1))) : Number(!reverse);
}

export function truth(value: boolean | undefined): Dim {
  return value === undefined ? undefined : Number(value);
}

/**
 * Floor, Ceil or a cast to integers (which truncates) of a quotient that is not whole, such as 0.5·h or h/8: the
 * elements are unknown, the division behind them is not.
 */
export function quotientBehind(context: InferContext, round: "Floor" | "Ceil"): KnownInts | undefined {
  const origin = context.node.inputs[0]?.origin;
  if (origin?.kind !== "output") return undefined;
  const { op, inputs } = origin.node;
  if (op !== "onnx.Div" && op !== "onnx.Mul") return undefined;
  const [a, b] = inputs.map((value) => value && context.known(value));
  const dividing = round === "Floor" ? floorDivDims : ceilDivDims;
  return zipKnown([a, b], ([x, y]) => {
    const [over, by] = op === "onnx.Div" ? [x, y] : typeof x === "number" ? [y, divisorOf(x)] : [x, divisorOf(y)];
    return typeof by === "number" && Number.isInteger(by) && by > 0 ? dividing(over, by) : undefined;
  });
}

/** Multiplying by 0.25 is dividing by 4; only factors that floats hold exactly. */
function divisorOf(factor: Dim): number | undefined {
  if (typeof factor !== "number" || factor <= 0) return undefined;
  const divisor = 1 / factor;
  return Number.isInteger(Math.log2(divisor)) ? divisor : undefined;
}
