/** alpha·A·B + beta·C: A is [M, K], B is [K, N], either may be given transposed; C broadcasts to [M, N]. */
import { intAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { countOf, outputCount, times } from "../counting.ts";
import { contracted, perChannelLinks } from "../links.ts";
import { inputShape, keeps, type ShapeOf, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec, Role } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { gemmGradient } from "./gemm-gradient.ts";

export interface GemmForm {
  readonly roles: readonly Role[];
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Inputs with one element a column of the product: scales. They may have just one element. */
  readonly perColumn?: readonly number[];
  readonly dtype: (context: InferContext) => DType | undefined;
  readonly discontinuous?: boolean;
}

export function gemmLike(op: OpName, form: GemmForm): OpSpec {
  const { a, b } = form;
  return {
    op,
    roles: () => form.roles,
    axes: (node, shape) => [
      keeps(a, rowAxis(node), 0),
      keeps(b, columnAxis(node), 1),
      contracted({ input: a, axis: 1 - rowAxis(node) }, { input: b, axis: 1 - columnAxis(node) }),
      ...addendLinks(node, shape, form.c),
      ...perChannelLinks(node, shape, form.perColumn, 1),
    ],
    infer: (context) => {
      const rows = context.shape(a)?.[rowAxis(context.node)];
      const columns = context.shape(b)?.[columnAxis(context.node)];
      return [tensorType(form.dtype(context), [rows, columns])];
    },
    macs: (context, outputs) => {
      const inner = context.shape(b)?.[1 - columnAxis(context.node)] ?? context.shape(a)?.[1 - rowAxis(context.node)];
      return times(outputCount(outputs), countOf([inner]));
    },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
  };
}

function rowAxis(node: Node): 0 | 1 {
  return intAttr(node, "transA", 0) === 0 ? 0 : 1;
}

function columnAxis(node: Node): 0 | 1 {
  return intAttr(node, "transB", 0) === 0 ? 1 : 0;
}

/** C is aligned from its last axis; an axis of size 1 is stretched and no link. */
function addendLinks(node: Node, shape: ShapeOf, c: number): AxisLink[] {
  const dims = inputShape(node, shape, c) ?? [];
  return dims.flatMap((size, axis) => (size === 1 ? [] : [keeps(c, axis, axis + 2 - dims.length)]));
}

export const gemm: OpSpec = {
  gradient: gemmGradient,
  ...gemmLike("onnx.Gemm", {
    roles: ["data", "weight", "bias"],
    a: 0,
    b: 1,
    c: 2,
    dtype: (context) => sharedDType(context),
  }),
};
