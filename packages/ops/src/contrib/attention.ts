/**
 * Attention as ONNX Runtime fuses it. B: batch, S: sequence, L: keys' sequence, H: heads, D: head size.
 * Presents are past and current keys and values together; where they share the past's buffer, of its size.
 */
import { type Dim, intAttr, intsAttr, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import { countOf, sum, times } from "../counting.ts";
import { addDims, ceilDivDims, floorDivDims, maxDims, mulDims } from "../dims.ts";
import { attentionMacs } from "../nn/attention.ts";
import { keeps, opaque, perOutput } from "../rules.ts";
import type { InferContext, OpSpec, Role } from "../spec.ts";
import { dtypeOf, shapeOf, tensorType } from "../value-types.ts";

interface PackedForm {
  readonly roles: readonly Role[];
  readonly past: number;
  readonly dtype: (context: InferContext) => DType | undefined;
}

/** Input [B, S, I] with weights [I, Q+K+V hidden] → [B, S, V hidden], present [2, B, H, past + S, D]. */
function packedAttention(op: OpName, form: PackedForm): OpSpec {
  const sizes = (context: InferContext) => {
    const { node } = context;
    const heads = intAttr(node, "num_heads");
    const parts = intsAttr(node, "qkv_hidden_sizes");
    const even = floorDivDims(context.shape(1)?.[1], 3);
    const [query, , value] = parts?.length === 3 ? parts : [even, even, even];
    const past = node.inputs[form.past] === undefined ? 0 : context.shape(form.past)?.[3];
    const shared = intAttr(node, "past_present_share_buffer", 0) === 1;
    const [batch, length] = context.shape(0) ?? [];
    // In a shared buffer the number of past keys is known only when it runs.
    const keys = shared ? undefined : addDims(past, length);
    return { batch, length, heads, value, query, keys, present: shared ? past : keys };
  };
  return {
    op,
    roles: () => form.roles,
    axes: () => [keeps(0, 0, 0), opaque(0, 1, 1), opaque(0, 2, 2), opaque(1, 1, 2)],
    infer: (context) => {
      const { batch, length, heads, query, value, present } = sizes(context);
      return perOutput(context.node, [
        tensorType(form.dtype(context), [batch, length, value]),
        tensorType(form.dtype(context), [2, batch, heads, present, floorDivDims(query, heads)]),
      ]);
    },
    macs: (context) => {
      const { batch, length, heads, query, value, keys } = sizes(context);
      const projection = times(countOf([batch, length]), countOf(context.shape(1)));
      const queries = { batch, count: heads, length, size: floorDivDims(query, heads) };
      return sum(projection, attentionMacs(queries, keys, floorDivDims(value, heads)));
    },
  };
}

export const microsoftAttention = packedAttention("com.microsoft.Attention", {
  roles: ["data", "weight", "bias", "data", "data", "data", "param"],
  past: 4,
  dtype: (context) => dtypeOf(context.type(0)),
});

/** input, weight, bias, input_scale, weight_scale, mask_index, input_zero_point, weight_zero_point, past. */
export const qAttention = packedAttention("com.microsoft.QAttention", {
  roles: ["data", "weight", "bias", "param", "param", "data", "param", "param", "data"],
  past: 8,
  dtype: (context) => dtypeOf(context.type(2)),
});

/** Query, key and value apart, or packed as [B, S, H, 3, D], or key and value as [B, L, H, 2, D]. */
export const multiHeadAttention: OpSpec = {
  op: "com.microsoft.MultiHeadAttention",
  roles: () => ["data", "data", "data", "bias", "data", "data", "data", "data", "param", "param"],
  axes: () => [keeps(0, 0, 0), opaque(0, 1, 1), opaque(0, 2, 2), opaque(1, 2, 2), opaque(2, 2, 2)],
  infer: (context) => {
    const { batch, length, heads, size, valueSize, hidden, keys, present } = multiHeadSizes(context);
    const dtype = dtypeOf(context.type(0));
    return perOutput(context.node, [
      tensorType(dtype, [batch, length, hidden]),
      tensorType(dtype, [batch, heads, present, size]),
      tensorType(dtype, [batch, heads, present, valueSize]),
      tensorType(undefined, [batch, heads, length, keys]),
    ]);
  },
  macs: (context) => {
    const { batch, length, heads, size, valueSize, keys } = multiHeadSizes(context);
    return attentionMacs({ batch, count: heads, length, size }, keys, valueSize);
  },
};

function multiHeadSizes(context: InferContext) {
  const { node } = context;
  const query = context.shape(0);
  const value = context.shape(2);
  const heads = intAttr(node, "num_heads");
  const size = query?.length === 5 ? query[4] : floorDivDims(query?.[2], heads);
  const [current, valueSize] = keysAndValueSize(context, heads, size);
  // Key and value with four axes are the whole past of a cross attention; then nothing is added to them.
  const past = node.inputs[6] === undefined || value?.length === 4 ? 0 : context.shape(6)?.[2];
  const shared = node.inputs[8] !== undefined;
  const keys = shared ? undefined : addDims(past, current);
  const hidden = value?.length === 3 ? value[2] : mulDims(heads, valueSize);
  return { batch: query?.[0], length: query?.[1], heads, size, valueSize, hidden, keys, present: shared ? past : keys };
}

function keysAndValueSize({ node, shape }: InferContext, heads: number | undefined, size: Dim): [Dim, Dim] {
  if (node.inputs[1] === undefined) return [shape(0)?.[1], size];
  const key = shape(1);
  if (node.inputs[2] === undefined) return [key?.[1], size];
  const value = shape(2);
  if (value?.length === 4) return [value[2], value[3]];
  return value === undefined ? [undefined, undefined] : [value[1], floorDivDims(value[2], heads)];
}

/** Fewer heads for keys and values than for queries; all three may be packed in the first input. */
export const groupQueryAttention: OpSpec = {
  op: "com.microsoft.GroupQueryAttention",
  roles: () => ["data", "data", "data", "data", "data", "param", "param", "param", "param", "param", "data"],
  axes: () => [keeps(0, 0, 0), opaque(0, 1, 1), opaque(0, 2, 2), opaque(1, 2, 2), opaque(2, 2, 2)],
  infer: (context) => {
    const { batch, length, kvHeads, size, hidden } = groupSizes(context);
    const dtype = dtypeOf(context.type(0));
    const cache = dtypeOf(context.type(3)) ?? dtype;
    const present = tensorType(cache, [batch, kvHeads, cacheLength(context), cacheWidth(context, size)]);
    return perOutput(context.node, [tensorType(dtype, [batch, length, hidden]), present, present]);
  },
  macs: (context, outputs) => {
    const { batch, length, heads, size } = groupSizes(context);
    return attentionMacs({ batch, count: heads, length, size }, shapeOf(outputs[1])?.[2], size);
  },
};

function groupSizes({ node, shape }: InferContext) {
  const [batch, length, width] = shape(0) ?? [];
  const heads = intAttr(node, "num_heads");
  const kvHeads = intAttr(node, "kv_num_heads");
  const isPacked = node.inputs[1] === undefined;
  const sharing = isPacked && heads !== undefined && kvHeads !== undefined ? heads + 2 * kvHeads : heads;
  const size = floorDivDims(width, sharing);
  return { batch, length, heads, kvHeads, size, hidden: isPacked ? mulDims(heads, size) : width };
}

/** Past and new keys, as input 6 counts them; a buffer that the caller shares keeps its size, which is no less. */
function cacheLength({ node, shape, ints }: InferContext): Dim {
  if (intAttr(node, "sliding_window_cache", 0) === 1) return shape(3)?.[2];
  const past = node.inputs[3] === undefined ? 0 : shape(3)?.[2];
  return maxDims(past, ints(6)?.elements[0]);
}

/** Elements of four bits lie two in a byte. */
function cacheWidth({ node }: InferContext, size: Dim): Dim {
  return intAttr(node, "kv_cache_bit_width", 8) === 4 ? ceilDivDims(size, 2) : size;
}
