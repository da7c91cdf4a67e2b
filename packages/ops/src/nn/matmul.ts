/**
 * Matrix products as numpy's matmul: […, M, K] × […, K, N] → […, M, N] where the leading axes broadcast.
 * A vector on the left is a row, on the right a column; its axis does not appear in the result.
 */
import { type Dim, intAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { broadcastShapes, type Shape } from "../broadcast.ts";
import { countOf, outputCount, times } from "../counting.ts";
import { contracted, perChannelLinks } from "../links.ts";
import { inputShape, keeps, type ShapeOf, sharedDType } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec, Role } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { matMulGradient } from "./matmul-gradient.ts";

export interface MatMulForm {
  readonly roles: readonly Role[];
  readonly a: number;
  readonly b: number;
  /** Inputs with one element a column of the product: a bias, scales. They may have just one element. */
  readonly perColumn?: readonly number[];
  /** Whether the attributes transA, transB, transBatchA and transBatchB have a meaning. */
  readonly transposes?: boolean;
  readonly dtype: (context: InferContext) => DType | undefined;
  readonly discontinuous?: boolean;
}

export function matMulLike(op: OpName, form: MatMulForm): OpSpec {
  return {
    op,
    roles: () => form.roles,
    axes: (node, shape) => axesOf(node, shape, form),
    infer: (context) => {
      const [a, b] = operands(context.node, context.shape(form.a), context.shape(form.b), form);
      return [tensorType(form.dtype(context), a && b && productShape(a, b))];
    },
    macs: (context, outputs) => {
      const [a, b] = operands(context.node, context.shape(form.a), context.shape(form.b), form);
      const inner = b?.dims.at(b.dims.length === 1 ? 0 : -2) ?? a?.dims.at(-1);
      return times(outputCount(outputs), countOf([inner]));
    },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
  };
}

/** An operand after its transposition; `from[i]` is the axis of the input that became axis i. */
interface Operand {
  readonly dims: Shape;
  readonly from: readonly number[];
}

function operands(node: Node, a: Shape | undefined, b: Shape | undefined, form: MatMulForm) {
  const flag = (name: string) => form.transposes === true && intAttr(node, name, 0) !== 0;
  return [operand(a, flag("transA"), flag("transBatchA")), operand(b, flag("transB"), flag("transBatchB"))] as const;
}

/** `batch` moves the first axis to the last but one; `last` then swaps the last two: ONNX Runtime's FusedMatMul. */
function operand(dims: Shape | undefined, last: boolean, batch: boolean): Operand | undefined {
  if (dims === undefined) return undefined;
  let from = dims.map((_, axis) => axis);
  if (batch && from.length > 2) from = [...from.slice(1, -1), 0, from.length - 1];
  if (last && from.length > 1) from = [...from.slice(0, -2), from.at(-1)!, from.at(-2)!];
  return { dims: from.map((axis) => dims[axis]), from };
}

function productShape(a: Operand, b: Operand): Dim[] | undefined {
  const batch = broadcastShapes([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
  if (batch === undefined || a.dims.length === 0 || b.dims.length === 0) return undefined;
  const rows = a.dims.length > 1 ? [a.dims.at(-2)] : [];
  const columns = b.dims.length > 1 ? [b.dims.at(-1)] : [];
  return [...batch, ...rows, ...columns];
}

function axesOf(node: Node, shape: ShapeOf, form: MatMulForm): AxisLink[] {
  const [a, b] = operands(node, inputShape(node, shape, form.a), inputShape(node, shape, form.b), form);
  const product = a && b && productShape(a, b);
  if (a === undefined || b === undefined || product === undefined) return [];
  const batchRank = Math.max(a.dims.length - 2, b.dims.length - 2, 0);
  const inner = contracted(
    { input: form.a, axis: a.from.at(-1)! },
    { input: form.b, axis: b.from.at(b.dims.length > 1 ? -2 : -1)! },
  );
  return [
    ...batchLinks(form.a, a, b, batchRank),
    ...batchLinks(form.b, b, a, batchRank),
    ...(a.dims.length > 1 ? [keeps(form.a, a.from.at(-2)!, batchRank)] : []),
    ...(b.dims.length > 1 ? [keeps(form.b, b.from.at(-1)!, product.length - 1)] : []),
    inner,
    ...(b.dims.length > 1 ? perChannelLinks(node, shape, form.perColumn, product.length - 1) : []),
  ];
}

/** Leading axes stay where they are, aligned from the last; one of size 1 that the other stretches is no link. */
function batchLinks(input: number, own: Operand, other: Operand, batchRank: number): AxisLink[] {
  const mine = own.dims.slice(0, -2);
  const others = other.dims.slice(0, -2);
  return mine.flatMap((size, i) => {
    const to = i + batchRank - mine.length;
    const facing = others[to - batchRank + others.length];
    return size === 1 && facing !== undefined && facing !== 1 ? [] : [keeps(input, own.from[i]!, to)];
  });
}

export const matMul: OpSpec = {
  gradient: matMulGradient,
  ...matMulLike("onnx.MatMul", {
    roles: ["data", "weight"],
    a: 0,
    b: 1,
    dtype: (context) => sharedDType(context),
  }),
};
