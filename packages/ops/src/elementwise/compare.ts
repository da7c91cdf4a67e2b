/** Comparisons and tests: the output is bool. A rounding change in an input may turn it over. */
import type { Dim } from "@pare/ir";
import { equalDims } from "../dims.ts";
import { zipKnown } from "../known.ts";
import { broadcastAxes, broadcastOfInputs, keepsAll, shapedAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { greater, truth } from "./arithmetic.ts";

const negated = (value: Dim): Dim => (typeof value === "number" ? 1 - value : undefined);

const comparisons: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  Equal: (a, b) => (typeof a === "number" && typeof b === "number" ? Number(a === b) : truth(equalDims(a, b))),
  Greater: greater,
  Less: (a, b) => greater(b, a),
  GreaterOrEqual: (a, b) => negated(greater(b, a)),
  LessOrEqual: (a, b) => negated(greater(a, b)),
};

export const comparison: readonly OpSpec[] = Object.entries(comparisons).map(([type, compare]) => ({
  op: `onnx.${type}`,
  infer: (context) => [tensorType("bool", context.opset < 7 ? context.shape(0) : broadcastOfInputs(context))],
  axes: broadcastAxes,
  gradient: "none",
  discontinuous: true,
  propagate: ({ ints, opset }) => (opset < 7 ? [] : [zipKnown([ints(0), ints(1)], ([a, b]) => compare(a, b))]),
}));

export const floatTests: readonly OpSpec[] = ["IsNaN", "IsInf"].map((type) => ({
  op: `onnx.${type}`,
  infer: shapedAs(0, "bool"),
  axes: keepsAll(),
  gradient: "none",
}));
