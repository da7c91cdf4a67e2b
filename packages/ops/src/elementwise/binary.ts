/** Arithmetic of two or more tensors that are broadcast together. */
import { intAttr, type Node } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { fitted, zipKnown } from "../known.ts";
import {
  type AxesRule,
  broadcastAxes,
  broadcastOfInputs,
  elementwise,
  type InferRule,
  inputShape,
  keeps,
  keepsAll,
  sharedDType,
} from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { type Arithmetic, arithmetic, truth } from "./arithmetic.ts";
import { binaryGradients } from "./binary-gradients.ts";
import { preluGradient, swiGluGradient } from "./gate-gradients.ts";

/** Below opset 7 the second input is aligned at `axis` of the first, whose shape the output has. */
const inferAligned: InferRule = (context) => {
  if (context.opset >= 7 || context.node.domain !== "onnx") return elementwise()(context);
  return [tensorType(sharedDType(context), context.shape(0))];
};

const alignedAxes: AxesRule = (node, shape) => {
  const start = node.attrs.has("axis") ? intAttr(node, "axis") : undefined;
  if (start === undefined) return broadcastAxes(node, shape);
  const first = inputShape(node, shape, 0) ?? [];
  const second: Shape = inputShape(node, shape, 1) ?? [];
  const from = start < 0 ? start + first.length : start;
  const small = second.flatMap((size, axis) =>
    size === 1 && first[from + axis] !== 1 ? [] : [keeps(1, axis, from + axis)],
  );
  return [...first.map((_, axis) => keeps(0, axis, axis)), ...small];
};

function arithmeticSpec(type: keyof typeof arithmetic): OpSpec {
  const apply: Arithmetic = arithmetic[type];
  return {
    op: `onnx.${type}`,
    ...(binaryGradients[type] && { gradient: binaryGradients[type] }),
    infer: type === "Pow" ? inferPower : inferAligned,
    axes: alignedAxes,
    ...(type === "Mod" && { discontinuous: true }),
    propagate: (context) => {
      if (context.node.attrs.has("axis")) return [];
      const dtype = dtypeOf(context.type(0));
      const combine = (elements: Parameters<Parameters<typeof zipKnown>[1]>[0]) =>
        elements.slice(1).reduce((sum, next) => fitted(apply(sum, next, dtype, context.node), dtype), elements[0]);
      return [
        zipKnown(
          context.node.inputs.map((_, i) => context.ints(i)),
          combine,
        ),
      ];
    },
  };
}

/** The exponent may have a type of its own: the base decides. */
const inferPower: InferRule = (context) =>
  context.opset < 7 ? inferAligned(context) : [tensorType(dtypeOf(context.type(0)), broadcastOfInputs(context))];

function plain(type: string): OpSpec {
  return {
    op: `onnx.${type}`,
    ...(binaryGradients[type] && { gradient: binaryGradients[type] }),
    infer: inferAligned,
    axes: alignedAxes,
  };
}

function logic(type: string, apply: (a: boolean, b: boolean) => boolean, decided?: boolean): OpSpec {
  return {
    ...plain(type),
    infer: ({ opset, shape, ...context }) => [
      tensorType("bool", opset < 7 ? shape(0) : broadcastOfInputs({ opset, shape, ...context })),
    ],
    propagate: ({ ints }) => [
      zipKnown([ints(0), ints(1)], ([a, b]) => {
        if (typeof a === "number" && typeof b === "number") return truth(apply(a !== 0, b !== 0));
        return decided !== undefined && (a === Number(decided) || b === Number(decided)) ? Number(decided) : undefined;
      }),
    ],
  };
}

export const binary: readonly OpSpec[] = [
  ...(Object.keys(arithmetic) as (keyof typeof arithmetic)[]).map(arithmeticSpec),
  ...["Sum", "Mean", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"].map(plain),
  logic("And", (a, b) => a && b, false),
  logic("Or", (a, b) => a || b, true),
  logic("Xor", (a, b) => a !== b),
];

/** The slope is broadcast to the input, never the other way. */
export const prelu: OpSpec = {
  op: "onnx.PRelu",
  roles: () => ["data", "weight"],
  infer: (context) => [context.type(0)],
  axes: (node: Node, shape) => [...keepsAll()(node, shape), ...slopeAxes(node, shape)],
  gradient: preluGradient,
};

/** Below opset 7 a slope of one axis belongs to the channels. */
const slopeAxes: AxesRule = (node, shape) => {
  const data = inputShape(node, shape, 0);
  const slope = inputShape(node, shape, 1);
  if (data === undefined || slope === undefined) return [];
  if (slope.length === 1 && data.length > 2 && slope[0] !== 1 && slope[0] === data[1]) return [keeps(1, 0, 1)];
  return slope.flatMap((size, axis) => (size === 1 ? [] : [keeps(1, axis, axis + data.length - slope.length)]));
};

/** swish(a)·b, of equal shapes. */
export const swiGlu: OpSpec = {
  op: "onnx.SwiGLU",
  infer: (context) => [context.type(0) ?? context.type(1)],
  axes: broadcastAxes,
  gradient: swiGluGradient,
};
