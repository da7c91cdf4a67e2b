import { type Dim, intAttr, intsAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { exactDivDims, floorDivDims, productDims } from "../dims.ts";
import { smallShape } from "../known.ts";
import { type AxesRule, inputShape } from "../rules.ts";
import type { InferContext, KnownInts, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { reshapeGradient } from "./layout-gradients.ts";
import { regroupedAxes } from "./regroup.ts";

/** The axes of output 0 are those of input 0, cut up or joined. */
export const regroup: AxesRule = (node, shapeAt) => {
  const input = inputShape(node, shapeAt, 0);
  const output = node.outputs[0] && shapeAt(node.outputs[0]);
  return input === undefined || output === undefined ? [] : regroupedAxes(input, output);
};

/** The same elements in another shape. */
export function reshaped(known: KnownInts | undefined, shape: Shape | undefined): KnownInts | undefined {
  const sizes = smallShape(shape);
  return known && sizes && { shape: sizes, elements: known.elements };
}

export const reshape: OpSpec = {
  op: "onnx.Reshape",
  gradient: reshapeGradient,
  roles: () => ["data", "param"],
  infer: (context) => [tensorType(dtypeOf(context.type(0)), reshapedShape(context))],
  axes: regroup,
  propagate: (context) => [reshaped(context.ints(0), reshapedShape(context))],
};

/** The target is an attribute below opset 5. 0 copies the input's size (unless `allowzero`); −1 takes what is left. */
function reshapedShape(context: InferContext): Shape | undefined {
  const { node } = context;
  const target = intsAttr(node, "shape") ?? context.ints(1)?.elements;
  const input = context.shape(0);
  if (target === undefined) {
    const rank = context.shape(1)?.[0];
    return typeof rank === "number" ? unknownDims(rank) : undefined;
  }
  const copyZeros = intAttr(node, "allowzero", 0) === 0;
  const sizes = target.map((size, axis) => (size === 0 && copyZeros ? input?.[axis] : size === -1 ? undefined : size));
  return withInferredSize(sizes, input);
}

/** One unknown size is what the others leave of the elements. */
function withInferredSize(sizes: readonly Dim[], input: Shape | undefined): Shape {
  const unknown = sizes.indexOf(undefined);
  if (unknown < 0 || sizes.indexOf(undefined, unknown + 1) >= 0) return sizes;
  const [all, others] = withoutCommon(
    input ?? [undefined],
    sizes.filter((size) => size !== undefined),
  );
  const total = productDims(all);
  const given = productDims(others);
  return sizes.with(unknown, exactDivDims(total, given) ?? floorDivDims(total, given));
}

/** Equal sizes on both sides cancel, whether or not their product could be written down. */
function withoutCommon(a: Shape, b: Shape): readonly [Shape, Shape] {
  const left = [...a];
  const right = b.filter((size) => {
    const at = size === 0 || size === undefined ? -1 : left.indexOf(size);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [left, right];
}

/** To a matrix: the axes before `axis` are one, and those from it on. */
export const flatten: OpSpec = {
  op: "onnx.Flatten",
  gradient: reshapeGradient,
  infer: (context) => [tensorType(dtypeOf(context.type(0)), flattenedShape(context))],
  axes: regroup,
  propagate: (context) => [reshaped(context.ints(0), flattenedShape(context))],
};

function flattenedShape({ node, shape: shapeAt }: InferContext): Shape {
  const shape = shapeAt(0);
  if (shape === undefined) return unknownDims(2);
  const axis = intAttr(node, "axis", 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return [productDims(shape.slice(0, at)), productDims(shape.slice(at))];
}
