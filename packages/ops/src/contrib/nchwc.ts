/**
 * ONNX Runtime's blocked layout for CPUs: tensors keep the shape [N, C, H, W], with C rounded up to whole blocks of 8
 * or 16 channels, as the processor likes. Such operators stand in graphs that were optimized for one processor.
 */
import { type Dim, intAttr, intsAttr } from "@pare/ir";
import { mulDims } from "../dims.ts";
import { convolution } from "../nn/convolution.ts";
import { globalPool } from "../nn/global-pool.ts";
import { pool } from "../nn/pool.ts";
import { keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

const largestBlock = 16;

/** Weights lie in blocks too: no axis of theirs can be cut where a block begins elsewhere. */
export const nchwcConv = convolution("com.microsoft.nchwc.Conv", {
  roles: ["data", "weight", "bias", "data"],
  data: 0,
  weight: 1,
  perChannel: [2],
  added: 3,
  dtype: (context) => dtypeOf(context.type(0)),
});
export const nchwcMaxPool = pool("com.microsoft.nchwc.MaxPool");
export const nchwcAveragePool = pool("com.microsoft.nchwc.AveragePool");
export const nchwcGlobalAveragePool = globalPool("com.microsoft.nchwc.GlobalAveragePool");
export const nchwcGlobalMaxPool = globalPool("com.microsoft.nchwc.GlobalMaxPool");

/** Into blocks, from channels first or last. */
export const reorderInput: OpSpec = {
  op: "com.microsoft.nchwc.ReorderInput",
  axes: (node) => [keeps(0, 0, 0), opaque(0, intAttr(node, "channels_last", 0) === 1 ? 3 : 1, 1)],
  infer: ({ node, type, shape }) => {
    const dims = shape(0);
    const last = intAttr(node, "channels_last", 0) === 1;
    const channels = last ? dims?.at(-1) : dims?.[1];
    const spatial = last ? dims?.slice(1, -1) : dims?.slice(2);
    return [tensorType(dtypeOf(type(0)), spatial && [dims?.[0], blockedSize(channels), ...spatial])];
  },
};

function blockedSize(channels: Dim): Dim {
  return typeof channels === "number" && channels % largestBlock === 0 ? channels : undefined;
}

/** Out of blocks: the attribute `channels` says how many there really are. */
export const reorderOutput: OpSpec = {
  op: "com.microsoft.nchwc.ReorderOutput",
  axes: (node) => [keeps(0, 0, 0), opaque(0, 1, intAttr(node, "channels_last", 0) === 1 ? 3 : 1)],
  infer: ({ node, type, shape }) => {
    const dims = shape(0);
    const channels = intAttr(node, "channels");
    const spatial = dims?.slice(2);
    const last = intAttr(node, "channels_last", 0) === 1;
    const after = spatial && (last ? [dims?.[0], ...spatial, channels] : [dims?.[0], channels, ...spatial]);
    return [tensorType(dtypeOf(type(0)), after)];
  },
};

/** By whole factors. */
export const nchwcUpsample: OpSpec = {
  op: "com.microsoft.nchwc.Upsample",
  axes: () => [keeps(0, 0, 0), keeps(0, 1, 1), opaque(0, 2, 2), opaque(0, 3, 3)],
  infer: ({ node, type, shape }) => {
    const scales = intsAttr(node, "scales") ?? [];
    return [
      tensorType(
        dtypeOf(type(0)),
        shape(0)?.map((size, axis) => mulDims(size, scales[axis] ?? 1)),
      ),
    ];
  },
};
