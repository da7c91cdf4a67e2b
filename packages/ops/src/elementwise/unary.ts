/** Functions of one element: the output has the input's type. */
import type { Dim } from "@pare/ir";
import { subDims } from "../dims.ts";
import { filledKnown, fitted, mapKnown } from "../known.ts";
import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf } from "../value-types.ts";
import { absoluteDim, quotientBehind } from "./arithmetic.ts";
import { unaryGradients } from "./unary-gradients.ts";

/** Activations and others that shape arithmetic does not use. */
const smooth = [
  ...["Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Sin", "Sinh", "Tan", "Tanh"],
  ...["Celu", "Elu", "Erf", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish", "Selu", "Sigmoid"],
  ...["Softplus", "Softsign", "Swish", "Affine", "ParametricSoftplus", "ScaledTanh", "Scale", "ImageScaler"],
];
/** They jump where their condition changes; BitwiseNot and Not take no floats. */
const stepping = ["ThresholdedRelu", "Shrink"];
const bitwise = ["BitwiseNot"];

const arithmetic: Readonly<Record<string, (x: number) => number>> = {
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Sign: Math.sign,
  Sqrt: Math.sqrt,
  Round: roundHalfEven,
};

export const unary: readonly OpSpec[] = [
  ...[...smooth, ...bitwise].map((type) => elementwiseUnary(type)),
  ...stepping.map((type) => ({ ...elementwiseUnary(type), discontinuous: true })),
  ...Object.entries(arithmetic).map(([type, apply]) => {
    const spec = elementwiseUnary(type, (x) => (typeof x === "number" ? apply(x) : keepsSymbol(type, x)));
    return type === "Sign" || type === "Round" ? { ...spec, discontinuous: true } : spec;
  }),
  elementwiseUnary("Abs", absoluteDim),
  elementwiseUnary("Neg", (x) => subDims(0, x)),
  elementwiseUnary("Not", (x) => (typeof x === "number" ? Number(x === 0) : undefined)),
  rounding("Floor", Math.floor),
  rounding("Ceil", Math.ceil),
];

function elementwiseUnary(type: string, apply?: (x: Dim) => Dim): OpSpec {
  const spec: OpSpec = { op: `onnx.${type}`, ...gradientOf(type), infer: sameAs(0), axes: keepsAll() };
  if (apply === undefined) return spec;
  return {
    ...spec,
    propagate: ({ ints, type: typeAt }) => [mapKnown(ints(0), (x) => fitted(apply(x), dtypeOf(typeAt(0))))],
  };
}

function gradientOf(type: string): Pick<OpSpec, "gradient"> {
  const gradient = unaryGradients[type];
  return gradient === undefined ? {} : { gradient };
}

/** A symbol is a whole number: rounding leaves it, and so does Relu where it is a size. */
function keepsSymbol(type: string, x: Dim): Dim {
  return type === "Round" ? x : undefined;
}

function rounding(type: "Floor" | "Ceil", round: (x: number) => number): OpSpec {
  return {
    op: `onnx.${type}`,
    ...gradientOf(type),
    infer: sameAs(0),
    axes: keepsAll(),
    discontinuous: true,
    propagate: (context) => [
      filledKnown(
        mapKnown(context.ints(0), (x) => (typeof x === "number" ? round(x) : x)),
        quotientBehind(context, type),
      ),
    ],
  };
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
