import type { Node, Value } from "@pare/ir";
import { type Formulas, formulas } from "./formulas.ts";
import type { GradientRule } from "./rule.ts";

/** A function of one element at work: y = f(x), and dy = ∂loss/∂y. */
export interface Point {
  readonly f: Formulas;
  readonly x: Value;
  readonly y: Value;
  readonly dy: Value;
  readonly node: Node;
}

/** The rule of a function of one element: gives ∂loss/∂x = dy·f'(x). */
export function pointwise(chain: (point: Point) => Value): GradientRule {
  return ({ node, make, gradients }) => [
    chain({ f: formulas(make), x: node.inputs[0]!, y: node.outputs[0]!, dy: gradients[0]!, node }),
  ];
}
