import { attr, type Value } from "@pare/ir";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { type Equation, equationOf, sizesOf } from "./einsum-equation.ts";

/**
 * The output's gradient takes an input's place: of "ij,jk->ik" the first input gets "ik,jk->ij". An axis that only this
 * input has was summed: all its places get the same. One that this input has with size 1, stretched, is summed instead.
 */
export const einsumGradient: GradientRule = (context) => {
  const shapes = context.node.inputs.map((_, slot) => context.inputShape(slot));
  const equation = equationOf(
    context.node,
    shapes.map((shape) => shape.length),
  );
  if (equation === undefined) throw context.refused("its equation does not fit its inputs");
  const letters = lettersOf(equation);
  const sizes = sizesOf(equation, shapes);
  return shapes.map((_, slot) =>
    context.needs(slot) ? gradientOf(context, { equation, slot, letters, sizes }) : undefined,
  );
};

interface Task {
  readonly equation: Equation;
  readonly slot: number;
  readonly letters: ReadonlyMap<string, string>;
  readonly sizes: ReadonlyMap<string, unknown>;
}

function gradientOf(context: GradientContext, { equation, slot, letters, sizes }: Task): Value {
  const { make, node, gradients } = context;
  const { inputs, output } = equation;
  const own = inputs[slot]!;
  if (new Set(own).size < own.length) throw context.refused("an input's axes share a letter");
  const shape = context.inputShape(slot);
  const rest = inputs.toSpliced(slot, 1);
  const elsewhere = new Set([...rest.flat(), ...output]);
  const isKept = (label: string, axis: number) => elsewhere.has(label) && sizes.get(label) === shape[axis];
  const kept = own.filter(isKept);
  const text = (labels: readonly string[]) => labels.map((label) => letters.get(label)).join("");
  const terms = [output, ...rest].map(text).join(",");
  const others = node.inputs.toSpliced(slot, 1);
  const product = make.op("Einsum", [gradients[0], ...others], { equation: attr.string(`${terms}->${text(kept)}`) });
  if (kept.length === own.length) return product;
  const column = shape.map((size, axis) => (isKept(own[axis]!, axis) ? size : 1));
  const summed = formulas(make).reshape(product, column);
  return column.every((size, axis) => size === shape[axis]) ? summed : make.op("Expand", [summed, make.ints(shape)]);
}

/** A letter for each label, and for each axis of an ellipsis one that is free. */
function lettersOf({ inputs }: Equation): ReadonlyMap<string, string> {
  const labels = [...new Set(inputs.flat())];
  const free = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !labels.includes(letter));
  return new Map(labels.map((label) => [label, /[a-zA-Z]/.test(label) ? label : free.pop()!]));
}
