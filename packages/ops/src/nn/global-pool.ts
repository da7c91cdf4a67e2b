/** Pooling over all of the spatial axes: [N, C, …spatial] → [N, C, 1, …, 1], or channels last. */
import type { Node, OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { GradientRule } from "../gradient/rule.ts";
import { inputShape, keeps, mixes } from "../rules.ts";
import type { InferContext, OpSpec, Role } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { globalAveragePoolGradient, globalLpPoolGradient, globalMaxPoolGradient } from "./pool-gradients.ts";

export interface GlobalPoolForm {
  readonly roles?: readonly Role[];
  readonly channelsLast?: (node: Node) => boolean;
  readonly dtype?: (context: InferContext) => DType | undefined;
  readonly discontinuous?: OpSpec["discontinuous"];
  readonly gradient?: GradientRule;
}

export function globalPool(op: OpName, form: GlobalPoolForm = {}): OpSpec {
  const isKept = (node: Node, axis: number, rank: number) =>
    axis === 0 || axis === (form.channelsLast?.(node) ? rank - 1 : 1);
  return {
    op,
    roles: () => form.roles ?? ["data"],
    axes: (node, shape) => {
      const rank = inputShape(node, shape, 0)?.length ?? 0;
      return Array.from({ length: rank }, (_, axis) =>
        isKept(node, axis, rank) ? keeps(0, axis, axis) : mixes(0, axis, axis),
      );
    },
    infer: (context) => {
      const shape = context.shape(0);
      const dtype = form.dtype ? form.dtype(context) : dtypeOf(context.type(0));
      return [
        tensorType(
          dtype,
          shape?.map((size, axis) => (isKept(context.node, axis, shape.length) ? size : 1)),
        ),
      ];
    },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
    ...(form.gradient !== undefined && { gradient: form.gradient }),
  };
}

export const globalAveragePool = globalPool("onnx.GlobalAveragePool", { gradient: globalAveragePoolGradient });
export const globalMaxPool = globalPool("onnx.GlobalMaxPool", { gradient: globalMaxPoolGradient });
export const globalLpPool = globalPool("onnx.GlobalLpPool", { gradient: globalLpPoolGradient });
