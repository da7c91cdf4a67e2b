import { intAttr, type Value } from "@pare/ir";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { axisIndex } from "../value-types.ts";

/** As opset 13 and later have them: along one axis. */
function alongAxis(rule: (f: Formulas, y: Value, dy: Value, axes: readonly number[]) => Value): GradientRule {
  return (context: GradientContext) => {
    const { node, make, gradients } = context;
    const axis = axisIndex(intAttr(node, "axis", -1), context.outputShape(0).length)!;
    return [rule(formulas(make), node.outputs[0]!, gradients[0]!, [axis])];
  };
}

export const softmaxGradients: Readonly<Record<"Softmax" | "LogSoftmax" | "Hardmax", GradientRule | "none">> = {
  /** y·(dy − Σ y·dy) */
  Softmax: alongAxis((f, y, dy, axes) => {
    const weighted = f.mul(y, dy);
    return f.sub(weighted, f.mul(y, f.sum(weighted, axes)));
  }),
  /** dy − exp(y)·Σ dy */
  LogSoftmax: alongAxis((f, y, dy, axes) => f.sub(dy, f.mul(f.of("Exp", y), f.sum(dy, axes)))),
  Hardmax: "none",
};
