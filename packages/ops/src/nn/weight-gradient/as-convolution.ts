import { attr } from "@pare/ir";
import type { FixedWindow } from "../fixed-window.ts";
import { reshaped, type WeightGradient } from "./plane.ts";

/**
 * The gradient as a convolution in which samples take the channels' place, ∂Y the weights', and stride and dilation each
 * other's. Any number of axes and groups.
 */
export const asConvolution: WeightGradient = (make, { data, gradient, shapes, window }) => {
  const { group, kernel, strides, dilations, padsBegin, padsEnd } = window;
  const [batch, channels, ...sizes] = shapes.data as [number, number, ...number[]];
  const windows = shapes.output.slice(2);
  const spatial = (from: number) => sizes.map((_, i) => i + from);
  const grouped = reshaped(make, data, [batch, group, channels / group, ...sizes]);
  const turned = make.op("Transpose", [grouped], { perm: attr.ints([2, 1, 0, ...spatial(3)]) });
  const samples = reshaped(make, turned, [channels / group, group * batch, ...sizes]);
  const filters = make.op("Transpose", [gradient], { perm: attr.ints([1, 0, ...spatial(2)]) });
  const product = make.op("Conv", [samples, filters], {
    kernel_shape: attr.ints(windows),
    strides: attr.ints(dilations),
    dilations: attr.ints(strides),
    pads: attr.ints([...padsBegin, ...padsEnd]),
    group: attr.int(group),
  });
  const isExact = foundSizes(sizes, windows, window).every((size, i) => size === kernel[i]);
  const cut = isExact
    ? product
    : make.op("Slice", [product, make.ints(kernel.map(() => 0)), make.ints(kernel), make.ints(spatial(2))]);
  return make.op("Transpose", [cut], { perm: attr.ints([1, 0, ...spatial(2)]) });
};

/** Offsets that the convolution finds: more than the kernel's where a stride leaves something over. */
function foundSizes(sizes: readonly number[], windows: readonly number[], window: FixedWindow): readonly number[] {
  const { strides, dilations, padsBegin, padsEnd } = window;
  return sizes.map((size, i) => {
    const room = size + padsBegin[i]! + padsEnd[i]! - (strides[i]! * (windows[i]! - 1) + 1);
    return Math.floor(room / dilations[i]!) + 1;
  });
}
