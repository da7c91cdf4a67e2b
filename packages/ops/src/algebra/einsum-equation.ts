import { type Dim, type Node, stringAttr } from "@pare/ir";
import { largest, type Shape } from "../broadcast.ts";
import { broadcastDims } from "../dims.ts";

/** An equation with its ellipses written out as labels "0", "1", … counted from the last. */
export interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** "bij,bjk->bik"; without an arrow the output has the labels that occur once, in alphabetical order. */
export function equationOf(node: Node, ranks: readonly (number | undefined)[]): Equation | undefined {
  const [left = "", right] = stringAttr(node, "equation", "").replaceAll(/\s/g, "").split("->");
  const terms = left.split(",");
  if (terms.length !== ranks.length) return undefined;
  const inputs = terms.map((term, i) => labelsOf(term, ranks[i]));
  if (!inputs.every((labels) => labels !== undefined)) return undefined;
  const dots = largest(inputs.map((labels) => labels.filter(isEllipsis).length));
  if (right !== undefined) {
    const output = labelsOf(right, right.replace("...", "").length + dots);
    return output && { inputs, output };
  }
  const letters = inputs.flat().filter((label) => !isEllipsis(label));
  const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort();
  return { inputs, output: [...ellipsis(dots), ...once] };
}

function labelsOf(term: string, rank: number | undefined): readonly string[] | undefined {
  const [before = "", after] = term.split("...");
  if (after === undefined) return [...before];
  const dots = rank === undefined ? undefined : rank - before.length - after.length;
  return dots === undefined || dots < 0 ? undefined : [...before, ...ellipsis(dots), ...after];
}

function ellipsis(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(count - 1 - i));
}

function isEllipsis(label: string): boolean {
  return /\d/.test(label);
}

export function sizesOf(equation: Equation, shapes: readonly (Shape | undefined)[]): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [i, labels] of equation.inputs.entries())
    for (const [axis, label] of labels.entries()) {
      const size = shapes[i]?.[axis];
      sizes.set(label, sizes.has(label) ? broadcastDims(sizes.get(label), size) : size);
    }
  return sizes;
}
