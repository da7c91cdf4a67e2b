/** Normalizations over the axes from `axis` (default −1) on; scale and bias broadcast to those axes. */
import { intAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { type AxesRule, broadcastAxes, inputShape, keeps, perOutput } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, dtypeOfCode, tensorType } from "../value-types.ts";
import { layerNormalizationGradient, rmsNormalizationGradient } from "./normalization-gradients.ts";

/** Data keeps all axes; scale and bias lie against its last ones. */
export const normalizedAxes: AxesRule = (node, shape) => {
  const rank = inputShape(node, shape, 0)?.length;
  return rank === undefined ? [] : broadcastAxes(node, shape);
};

/** Mean or inverse deviation: the normalized axes have size 1. Its type is `stash_type`, default float32. */
function statistic({ node, shape }: InferContext) {
  const stash = dtypeOfCode(intAttr(node, "stash_type", 1));
  return tensorType(stash, withOnesFrom(shape(0), intAttr(node, "axis", -1)));
}

function withOnesFrom(shape: Shape | undefined, axis: number): Shape | undefined {
  const from = shape && axisIndex(axis, shape.length);
  return from === undefined ? undefined : shape?.map((size, i) => (i < from ? size : 1));
}

export const layerNormalization: OpSpec = {
  op: "onnx.LayerNormalization",
  gradient: layerNormalizationGradient,
  roles: () => ["data", "weight", "bias"],
  axes: normalizedAxes,
  infer: (context) => {
    const { node, type } = context;
    return perOutput(node, [type(0), statistic(context), statistic(context)]);
  },
};

/** By the root of the mean square, without a mean. The output has the type of the scale. */
export const rmsNormalization: OpSpec = {
  op: "onnx.RMSNormalization",
  gradient: rmsNormalizationGradient,
  roles: () => ["data", "weight"],
  axes: normalizedAxes,
  infer: ({ type, shape }) => [tensorType(dtypeOf(type(1)) ?? dtypeOf(type(0)), shape(0))],
};

/** ONNX Runtime's name for RMSNormalization, in the default domain by its own choice; may also give the deviation. */
export const simplifiedLayerNormalization: OpSpec = {
  op: "onnx.SimplifiedLayerNormalization",
  gradient: rmsNormalizationGradient,
  roles: () => ["data", "weight"],
  axes: normalizedAxes,
  infer: (context) => {
    const { node, type, shape } = context;
    return perOutput(node, [tensorType(dtypeOf(type(1)) ?? dtypeOf(type(0)), shape(0)), statistic(context)]);
  },
};

/** Links for operators of this kind whose scale and bias are vectors along the last axis. */
export function vectorsAlongLast(...inputs: number[]): AxesRule {
  return (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    return rank === 0 ? [] : inputs.filter((i) => node.inputs[i] !== undefined).map((i) => keeps(i, 0, rank - 1));
  };
}
