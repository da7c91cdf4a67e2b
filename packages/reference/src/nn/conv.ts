import { intAttr, intsAttr, stringAttr } from "@pare/ir";
import { filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";
import { placeOf, type Window, windowOf } from "./window.ts";

/** Calls `meet` for every product that the convolution sums: places of data, weight and output. */
function products(
  data: readonly number[],
  weight: readonly number[],
  window: Window,
  group: number,
  meet: (data: readonly number[], weight: readonly number[], output: readonly number[]) => void,
): void {
  const [batch, , ...sizes] = data;
  const [outputs, channels] = weight as [number, number];
  for (let n = 0; n < batch!; n++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < channels; c++)
        for (const at of places(window.outputs))
          for (const offset of places(window.kernel)) {
            const place = placeOf(window, at, offset, sizes);
            const channel = Math.floor(o / (outputs / group)) * channels + c;
            if (place !== undefined) meet([n, channel, ...place], [o, c, ...offset], [n, o, ...at]);
          }
}

const conv: Kernel = (context) => {
  const [data, weight] = [context.input(0), context.input(1)];
  const window = windowOf(context.node, weight.shape.slice(2), data.shape.slice(2));
  const output = biased(context, [data.shape[0]!, weight.shape[0]!, ...window.outputs]);
  const [ofData, ofWeight, ofOutput] = [data, weight, output].map(({ shape }) => stridesOf(shape)) as Strides;
  products(data.shape, weight.shape, window, intAttr(context.node, "group", 1), (d, w, o) => {
    output.data[offsetOf(o, ofOutput)]! += data.data[offsetOf(d, ofData)]! * weight.data[offsetOf(w, ofWeight)]!;
  });
  return [output];
};

type Strides = [readonly number[], readonly number[], readonly number[]];

/** The convolution turned round: what was data is output, of the sizes that the attributes say. */
const convTranspose: Kernel = (context) => {
  const [data, weight] = [context.input(0), context.input(1)];
  const group = intAttr(context.node, "group", 1);
  const { window, sizes } = transposedWindow(context, data, weight);
  const output = biased(context, [data.shape[0]!, weight.shape[1]! * group, ...sizes]);
  const [ofData, ofWeight, ofOutput] = [data, weight, output].map(({ shape }) => stridesOf(shape)) as Strides;
  products(output.shape, weight.shape, window, group, (o, w, d) => {
    output.data[offsetOf(o, ofOutput)]! += data.data[offsetOf(d, ofData)]! * weight.data[offsetOf(w, ofWeight)]!;
  });
  return [output];
};

/** With sizes given, or SAME, what is too much is cut off at both ends; SAME_UPPER cuts the odd one at the end. */
function transposedWindow({ node }: KernelContext, data: NumberArray, weight: NumberArray) {
  const [, , ...outputs] = data.shape;
  const kernel = weight.shape.slice(2);
  const each = (name: string, otherwise: number) => intsAttr(node, name) ?? outputs.map(() => otherwise);
  const [strides, dilations, more] = [each("strides", 1), each("dilations", 1), each("output_padding", 0)];
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const pads = intsAttr(node, "pads") ?? [...outputs, ...outputs].map(() => 0);
  const whole = outputs.map((size, i) => strides[i]! * (size - 1) + more[i]! + dilations[i]! * (kernel[i]! - 1) + 1);
  const given =
    intsAttr(node, "output_shape") ??
    (auto.startsWith("SAME") ? outputs.map((size, i) => size * strides[i]!) : undefined);
  const cut = (i: number) => Math.max(0, whole[i]! - given![i]!) / 2;
  const begin = outputs.map((_, i) => {
    if (given === undefined) return auto === "VALID" ? 0 : pads[i]!;
    return auto === "SAME_UPPER" ? Math.floor(cut(i)) : Math.ceil(cut(i));
  });
  const end = (i: number) => (auto === "VALID" ? 0 : pads[i + outputs.length]!);
  const sizes = given ?? whole.map((size, i) => size - begin[i]! - end(i));
  return { window: { kernel, strides, dilations, begin, outputs }, sizes };
}

/** The bias (input 2) everywhere, or zeros. */
function biased({ inputs }: KernelContext, shape: readonly number[]): NumberArray {
  const output = filled(shape, 0);
  const bias = inputs[2];
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  if (bias !== undefined)
    for (let i = 0; i < output.data.length; i++) output.data[i] = bias.data[Math.floor(i / inner) % shape[1]!]!;
  return output;
}

export const convolutions: Kernels = { "onnx.Conv": conv, "onnx.ConvTranspose": convTranspose };
