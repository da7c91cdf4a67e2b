/** Pooling over windows: [N, C, …spatial] → [N, C, …windows], or channels last. */
import { type Dim, intAttr, intsAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { Shape } from "../broadcast.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { inputShape, keeps, opaque, perOutput } from "../rules.ts";
import type { InferContext, OpSpec, Role } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { averagePoolGradient, lpPoolGradient, maxPoolGradient } from "./pool-gradients.ts";
import { windowCounts, windowOf } from "./window.ts";

export interface PoolForm {
  /** Default: the input is data, whatever follows a parameter. */
  readonly roles?: readonly Role[];
  readonly channelsLast?: (node: Node) => boolean;
  readonly dtype?: (context: InferContext) => DType | undefined;
  readonly discontinuous?: OpSpec["discontinuous"];
  readonly gradient?: GradientRule;
}

export function pool(op: OpName, form: PoolForm = {}): OpSpec {
  return {
    op,
    roles: () => form.roles ?? ["data"],
    axes: (node, shape) => {
      const rank = inputShape(node, shape, 0)?.length ?? 0;
      const channel = form.channelsLast?.(node) ? rank - 1 : 1;
      return Array.from({ length: rank }, (_, axis) =>
        axis === 0 || axis === channel ? keeps(0, axis, axis) : opaque(0, axis, axis),
      );
    },
    infer: (context) => {
      const shape = pooled(context.node, context.shape(0), form.channelsLast?.(context.node) ?? false);
      const dtype = form.dtype ? form.dtype(context) : dtypeOf(context.type(0));
      // A second output, of MaxPool, says where in the input each maximum was.
      return perOutput(context.node, [tensorType(dtype, shape), tensorType("int64", shape)]);
    },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
    ...(form.gradient !== undefined && { gradient: form.gradient }),
  };
}

function pooled(node: Node, shape: Shape | undefined, channelsLast: boolean): Dim[] | undefined {
  if (shape === undefined || shape.length < 3) return undefined;
  const sizes = shape.slice(channelsLast ? 1 : 2, channelsLast ? -1 : undefined);
  const window = windowOf(node, sizes.length, intsAttr(node, "kernel_shape") ?? []);
  const windows = windowCounts(sizes, window, intAttr(node, "ceil_mode", 0) !== 0);
  return channelsLast ? [shape[0], ...windows, shape.at(-1)] : [shape[0], shape[1], ...windows];
}

/** Where each maximum was is a matter of rounding when two are close. */
export const maxPool = pool("onnx.MaxPool", {
  discontinuous: (node) => node.outputs.length > 1,
  gradient: maxPoolGradient,
});
export const averagePool = pool("onnx.AveragePool", { gradient: averagePoolGradient });
export const lpPool = pool("onnx.LpPool", { gradient: lpPoolGradient });
