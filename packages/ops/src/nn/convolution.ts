/**
 * The family of convolutions: data [N, C, …spatial], weight [M, C/group, …kernel] → [N, M, …windows].
 * Members differ in where their inputs are, in the layout of data, and in the type that comes out.
 */
import { type Dim, intAttr, intsAttr, type Node, type OpName } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { Shape } from "../broadcast.ts";
import { countOf, outputCount, times } from "../counting.ts";
import { contracted, perChannelLinks } from "../links.ts";
import { inputShape, keeps, opaque, type ShapeOf } from "../rules.ts";
import type { AxisLink, InferContext, OpSpec, Role } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { windowCounts, windowOf } from "./window.ts";

export interface ConvolutionForm {
  readonly roles: readonly Role[];
  readonly data: number;
  readonly weight: number;
  /** Inputs with one element an output channel: the bias, per-channel scales. They may have just one element. */
  readonly perChannel: readonly number[];
  /** An input of the output's shape that is added. */
  readonly added?: number;
  /** Data is [N, …spatial, C]; weights are as ever. */
  readonly channelsLast?: (node: Node) => boolean;
  readonly dtype: (context: InferContext) => DType | undefined;
  readonly discontinuous?: boolean;
}

export function convolution(op: OpName, form: ConvolutionForm): OpSpec {
  return {
    op,
    roles: () => form.roles,
    axes: (node, shape) => axesOf(node, shape, form),
    infer: (context) => [tensorType(form.dtype(context), shapeAfter(context, form))],
    macs: (context, outputs) => {
      const weight = context.shape(form.weight);
      return times(outputCount(outputs), countOf(weight?.slice(1)));
    },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
  };
}

function shapeAfter(context: InferContext, form: ConvolutionForm): Dim[] | undefined {
  const { node } = context;
  const data = context.shape(form.data);
  const weight = context.shape(form.weight);
  const rank = data?.length ?? weight?.length;
  if (rank === undefined || rank < 3) return undefined;
  const last = form.channelsLast?.(node) ?? false;
  const kernel = intsAttr(node, "kernel_shape") ?? weight?.slice(2) ?? [];
  const sizes = data?.slice(last ? 1 : 2, last ? -1 : undefined) ?? new Array<Dim>(rank - 2).fill(undefined);
  const windows = windowCounts(sizes, windowOf(node, rank - 2, kernel));
  return last ? [data?.[0], ...windows, weight?.[0]] : [data?.[0], weight?.[0], ...windows];
}

function axesOf(node: Node, shape: ShapeOf, form: ConvolutionForm): AxisLink[] {
  const { data, weight } = form;
  const rank = inputShape(node, shape, weight)?.length ?? inputShape(node, shape, data)?.length;
  if (rank === undefined) return [];
  const last = form.channelsLast?.(node) ?? false;
  const channel = last ? rank - 1 : 1;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + (last ? 1 : 2));
  const added = form.added !== undefined && node.inputs[form.added] !== undefined ? form.added : undefined;
  return [
    keeps(data, 0, 0),
    ...channelLinks(node, shape, form, channel),
    keeps(weight, 0, channel),
    ...perChannelLinks(node, shape, form.perChannel, channel),
    ...spatial.map((axis) => opaque(data, axis, axis)),
    ...(added === undefined ? [] : [0, channel, ...spatial].map((axis) => keeps(added, axis, axis))),
  ];
}

/** Which weights the channels of the data meet, and which channels come of them where they stay apart. */
function channelLinks(node: Node, shape: ShapeOf, form: ConvolutionForm, channel: number): AxisLink[] {
  const group = intAttr(node, "group", 1);
  if (group === 1) return [contracted({ input: form.data, axis: channel }, { input: form.weight, axis: 1 })];
  const weight = inputShape(node, shape, form.weight);
  const multiplier = depthMultiplier(weight, group);
  if (multiplier === undefined) return [opaque(form.data, channel, channel), opaque(form.weight, 1, channel)];
  const map = multiplier === 1 ? undefined : ({ kind: "repeat", times: multiplier } as const);
  return [keeps(form.data, channel, channel, 0, map)];
}

/** Output channels for each input channel of a depthwise convolution; undefined for other grouped ones. */
function depthMultiplier(weight: Shape | undefined, group: number): number | undefined {
  const outputs = weight?.[0];
  return weight?.[1] === 1 && typeof outputs === "number" && outputs % group === 0 ? outputs / group : undefined;
}
