import { intAttr, intsAttr, type Node } from "@pare/ir";
import { filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, KernelContext, Kernels } from "../kernel.ts";
import { placeOf, type Window, windowOf } from "./window.ts";

interface Element {
  readonly value: number;
  /** In the flat data. */
  readonly index: number;
}

/** For every output element the input elements of its window, padding left out. */
function windows(
  context: KernelContext,
  fold: (elements: readonly Element[], at: readonly number[], window: Window) => void,
) {
  const { shape, data } = context.input(0);
  const [batch, channels, ...sizes] = shape as [number, number, ...number[]];
  const window = windowOf(context.node, intsAttr(context.node, "kernel_shape")!, sizes);
  const strides = stridesOf(shape);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (const at of places(window.outputs)) {
        const elements: Element[] = [];
        for (const offset of places(window.kernel)) {
          const place = placeOf(window, at, offset, sizes);
          const index = place && offsetOf([n, c, ...place], strides);
          if (index !== undefined) elements.push({ value: data[index]!, index });
        }
        fold(elements, at, window);
      }
  return [batch, channels, ...window.outputs];
}

const maxPool: Kernel = (context) => {
  const found: Element[] = [];
  const shape = windows(context, (elements) =>
    found.push(elements.reduce((best, element) => (element.value > best.value ? element : best))),
  );
  const of = (pick: (element: Element) => number): NumberArray => ({ shape, data: Float64Array.from(found, pick) });
  return [of(({ value }) => value), of(({ index }) => index)];
};

/** Padding counts as zeros where `count_include_pad`; what `ceil_mode` puts beyond the padding never does. */
const averagePool: Kernel = (context) => {
  const sums: number[] = [];
  const [, , ...sizes] = context.input(0).shape;
  const pads = intsAttr(context.node, "pads") ?? [...sizes, ...sizes].map(() => 0);
  const includes = intAttr(context.node, "count_include_pad", 0) === 1;
  const shape = windows(context, (elements, at, window) => {
    const padded = { ...window, begin: window.begin.map(() => 0) };
    const room = sizes.map((size, i) => size + pads[i]! + pads[i + sizes.length]!);
    const count = includes
      ? [...places(window.kernel)].filter((offset) => placeOf(padded, at, offset, room) !== undefined).length
      : elements.length;
    sums.push(elements.reduce((sum, { value }) => sum + value, 0) / count);
  });
  return [{ shape, data: Float64Array.from(sums) }];
};

const norm = (elements: readonly number[], p: number) =>
  elements.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p);

const lpPool: Kernel = (context) => {
  const norms: number[] = [];
  const p = intAttr(context.node, "p", 2);
  const shape = windows(context, (elements) => {
    norms.push(
      norm(
        elements.map(({ value }) => value),
        p,
      ),
    );
  });
  return [{ shape, data: Float64Array.from(norms) }];
};

function globalPool(fold: (elements: readonly number[], node: Node) => number): Kernel {
  return ({ node, input }) => {
    const { shape, data } = input(0);
    const [batch, channels, ...sizes] = shape as [number, number, ...number[]];
    const inner = sizes.reduce((product, size) => product * size, 1);
    const result = filled([batch, channels, ...sizes.map(() => 1)], 0);
    for (let i = 0; i < batch * channels; i++) result.data[i] = fold([...data.slice(i * inner, (i + 1) * inner)], node);
    return [result];
  };
}

export const pools: Kernels = {
  "onnx.MaxPool": maxPool,
  "onnx.AveragePool": averagePool,
  "onnx.GlobalAveragePool": globalPool((elements) => elements.reduce((sum, x) => sum + x, 0) / elements.length),
  "onnx.LpPool": lpPool,
  "onnx.GlobalLpPool": globalPool((elements, node) => norm(elements, intAttr(node, "p", 2))),
  "onnx.GlobalMaxPool": globalPool((elements) => Math.max(...elements)),
};
