import { type Dim, type Node, stringAttr } from "@pare/ir";
import { largest, type Shape } from "../broadcast.ts";
import { broadcastDims, productDims } from "../dims.ts";
import { inputShape, keeps, mixes, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";

/** An equation with its ellipses written out as labels "0", "1", … counted from the last. */
interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** "bij,bjk->bik"; without an arrow the output has the labels that occur once, in alphabetical order. */
function equationOf(node: Node, ranks: readonly (number | undefined)[]): Equation | undefined {
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

function sizesOf(equation: Equation, shapes: readonly (Shape | undefined)[]): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [i, labels] of equation.inputs.entries())
    for (const [axis, label] of labels.entries()) {
      const size = shapes[i]?.[axis];
      sizes.set(label, sizes.has(label) ? broadcastDims(sizes.get(label), size) : size);
    }
  return sizes;
}

export const einsum: OpSpec = {
  op: "onnx.Einsum",
  infer: (context) => {
    const { equation, sizes } = read(context);
    return [
      tensorType(
        sharedDType(context),
        equation?.output.map((label) => sizes.get(label)),
      ),
    ];
  },
  axes: (node, shapeAt) => {
    const equation = equationOf(
      node,
      node.inputs.map((_, i) => inputShape(node, shapeAt, i)?.length),
    );
    if (equation === undefined) return [];
    return equation.inputs.flatMap((labels, input) =>
      labels.flatMap((label, axis) => linkOf(equation, input, axis, label)),
    );
  },
  macs: (context) => {
    const { equation, sizes } = read(context);
    const product = productDims([...sizes.values()]);
    if (equation === undefined || typeof product !== "number") return undefined;
    return equation.inputs.length > 1 ? product * (equation.inputs.length - 1) : 0;
  },
};

function read({ node, shape }: InferContext) {
  const shapes = node.inputs.map((_, i) => shape(i));
  const equation = equationOf(
    node,
    shapes.map((sizes) => sizes?.length),
  );
  return { equation, sizes: equation ? sizesOf(equation, shapes) : new Map<string, Dim>() };
}

/** A label that the output lacks is summed over: linked to the same label of another input, else to output axis 0. */
function linkOf(equation: Equation, input: number, axis: number, label: string): AxisLink[] {
  const to = equation.output.indexOf(label);
  if (to >= 0) return [keeps(input, axis, to)];
  const partners = equation.inputs.flatMap((labels, other): AxisLink[] => {
    const at = other > input ? labels.indexOf(label) : -1;
    if (at < 0) return [];
    return [{ from: { input, axis }, to: { input: other, axis: at }, kind: "keeps", map: { kind: "same" } }];
  });
  return equation.output.length > 0 ? [...partners, mixes(input, axis, 0)] : partners;
}
