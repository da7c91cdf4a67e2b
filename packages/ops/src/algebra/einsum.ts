import type { Dim } from "@pare/ir";
import { productDims } from "../dims.ts";
import { inputShape, keeps, mixes, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { type Equation, equationOf, sizesOf } from "./einsum-equation.ts";
import { einsumGradient } from "./einsum-gradient.ts";

export const einsum: OpSpec = {
  op: "onnx.Einsum",
  gradient: einsumGradient,
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
