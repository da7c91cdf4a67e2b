import { attr, type Dim, intAttr, type Node, stringAttr } from "@pare/ir";
import { type DType, isDType, isFloat, isInteger } from "@pare/tensor";
import type { GradientContext } from "../gradient/rule.ts";
import { filledKnown, fitted, mapKnown } from "../known.ts";
import { keepsAll, shapedAs } from "../rules.ts";
import type { InferContext, KnownInts, OpSpec } from "../spec.ts";
import { codeOfDType, dtypeOf, dtypeOfCode } from "../value-types.ts";
import { quotientBehind } from "./arithmetic.ts";

/** The type that a Cast casts to. Before opset 6 it is a name ("FLOAT16"). */
export function castTarget(node: Node): DType | undefined {
  const to = node.attrs.get("to");
  if (to?.kind === "int") return dtypeOfCode(intAttr(node, "to"));
  const name = to?.kind === "string" ? stringAttr(node, "to", "").toLowerCase() : "";
  if (name === "float") return "float32";
  if (name === "double") return "float64";
  return isDType(name) ? name : undefined;
}

/** To integers or bool it steps; between floats it only rounds. */
export const cast: OpSpec = {
  op: "onnx.Cast",
  infer: shapedAs(0, ({ node }) => castTarget(node)),
  axes: keepsAll(),
  gradient: (context) => castGradient(context, castTarget(context.node)),
  discontinuous: (node) => {
    const to = castTarget(node);
    return to === undefined || !isFloat(to);
  },
  propagate: (context) => [castKnown(context, castTarget(context.node))],
};

export const castLike: OpSpec = {
  op: "onnx.CastLike",
  roles: () => ["data", "param"],
  infer: shapedAs(0, ({ type }) => dtypeOf(type(1))),
  axes: keepsAll(),
  gradient: (context) => castGradient(context, context.inputDType(1)),
  discontinuous: true,
  propagate: (context) => [castKnown(context, dtypeOf(context.type(1)))],
};

/** Between floats the gradient is cast back; from and to whole numbers nothing has a slope. */
function castGradient({ make, gradients, inputDType }: GradientContext, to: DType | undefined) {
  const from = inputDType(0);
  const slopes = from !== undefined && to !== undefined && isFloat(from) && isFloat(to);
  if (!slopes) return [];
  return [from === to ? gradients[0] : make.op("Cast", [gradients[0]], { to: attr.int(codeOfDType(from)) })];
}

function castKnown(context: InferContext, to: DType | undefined): KnownInts | undefined {
  if (to === undefined) return undefined;
  const known = mapKnown(context.ints(0), (x) => castElement(x, to));
  return isInteger(to) ? filledKnown(known, quotientBehind(context, "Floor")) : known;
}

function castElement(x: Dim, to: DType): Dim {
  if (to === "bool") return typeof x === "number" ? Number(x !== 0) : undefined;
  if (isInteger(to)) return typeof x === "number" ? fitted(Math.trunc(x), to) : x;
  // Sizes are whole and far below what a float32 holds exactly; narrower floats may round them.
  if (to === "float64" || to === "float32") return fitted(x, to);
  return typeof x === "number" && Number.isInteger(x) && Math.abs(x) <= 256 ? x : undefined;
}

/** The same bits as another type of the same width. */
export const bitCast: OpSpec = {
  op: "onnx.BitCast",
  infer: shapedAs(0, ({ node }) => dtypeOfCode(intAttr(node, "to"))),
  axes: keepsAll(),
  discontinuous: true,
};
