/**
 * Attention (opset 23 on). Q, K, V are [batch, heads, sequence, head size], or [batch, sequence, heads·head size] with
 * the numbers of heads as attributes. With a past, keys and values of this step follow those of the past.
 */
import { type Dim, intAttr } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { countOf, sum, times } from "../counting.ts";
import { addDims, floorDivDims, mulDims } from "../dims.ts";
import { keeps, opaque, perOutput } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, shapeOf, tensorType } from "../value-types.ts";

interface Heads {
  readonly batch: Dim;
  readonly count: Dim;
  readonly length: Dim;
  readonly size: Dim;
}

/** Heads of an input in either layout; `heads` is needed for three axes. */
export function headsOf(shape: Shape | undefined, heads: number | undefined): Heads | undefined {
  if (shape?.length === 4) return { batch: shape[0], count: shape[1], length: shape[2], size: shape[3] };
  if (shape?.length !== 3) return undefined;
  return { batch: shape[0], count: heads, length: shape[1], size: floorDivDims(shape[2], heads) };
}

/** Multiply-accumulates of the scores and of their product with the values. */
export function attentionMacs(
  query: { readonly batch: Dim; readonly count: Dim; readonly length: Dim; readonly size: Dim } | undefined,
  keys: Dim,
  valueSize: Dim,
): number | undefined {
  const scores = query && countOf([query.batch, query.count, query.length, keys]);
  return sum(times(scores, countOf([query?.size])), times(scores, countOf([valueSize])));
}

function parts(context: InferContext) {
  const { node } = context;
  const kvHeads = intAttr(node, "kv_num_heads");
  const q = headsOf(context.shape(0), intAttr(node, "q_num_heads"));
  const k = headsOf(context.shape(1), kvHeads);
  const v = headsOf(context.shape(2), kvHeads);
  const past = node.inputs[4] === undefined ? 0 : context.shape(4)?.[2];
  return { q, k, v, total: addDims(k?.length, past) };
}

/** All heads of the result side by side: each has the size of a head of V, and there are as many as in Q. */
function hiddenSize({ node, shape }: InferContext): Dim {
  return floorDivDims(mulDims(shape(2)?.[2], intAttr(node, "q_num_heads")), intAttr(node, "kv_num_heads"));
}

export const attention: OpSpec = {
  op: "onnx.Attention",
  roles: () => ["data", "data", "data", "data", "data", "data", "param"],
  axes: () => [keeps(0, 0, 0), keeps(1, 0, 0), keeps(2, 0, 0), opaque(0, 1, 1), opaque(0, 2, 2), opaque(2, 2, 2)],
  infer: (context) => {
    const { q, k, v, total } = parts(context);
    const rank = context.shape(0)?.length;
    const flat = [q?.batch, q?.length, hiddenSize(context)];
    const split = [q?.batch, q?.count, q?.length, v?.size];
    const dtype = dtypeOf(context.type(0));
    return perOutput(context.node, [
      tensorType(dtype, rank === 3 ? flat : rank === 4 ? split : undefined),
      tensorType(dtypeOf(context.type(1)) ?? dtype, [k?.batch, k?.count, total, k?.size]),
      tensorType(dtypeOf(context.type(2)) ?? dtype, [v?.batch, v?.count, total, v?.size]),
      tensorType(dtype, [q?.batch, q?.count, q?.length, total]),
    ]);
  },
  macs: (context) => {
    const { q, v, total } = parts(context);
    return attentionMacs(q, total, v?.size);
  },
};

/** Linear attention (opset 27): a recurrence over keys and values instead of scores. */
export const linearAttention: OpSpec = {
  op: "onnx.LinearAttention",
  roles: () => ["data"],
  axes: () => [0, 1, 2].map((i) => keeps(i, 0, 0)),
  infer: (context) => {
    const { node, type } = context;
    const q = headsOf(context.shape(0), intAttr(node, "q_num_heads"));
    const v = headsOf(context.shape(2), intAttr(node, "kv_num_heads"));
    return perOutput(node, [
      tensorType(dtypeOf(type(0)), [q?.batch, q?.length, mulDims(q?.count, v?.size)]),
      tensorType(dtypeOf(type(3)) ?? dtypeOf(type(0)), [q?.batch, v?.count, q?.size, v?.size]),
    ]);
  },
  macs: (context, outputs) => {
    const state = shapeOf(outputs[1]) ?? [];
    const steps = countOf([context.shape(0)?.[1]]);
    const heads = intAttr(context.node, "q_num_heads");
    // Each step adds one outer product to the state and reads one vector from it, for every head.
    return times(2, steps, heads, countOf([state[0], state[2], state[3]]));
  },
};
