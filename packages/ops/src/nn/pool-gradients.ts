import { attr, intAttr, intsAttr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type AxisMatrix, alongAxis, axisMatrix, transposed } from "../gradient/along-axis.ts";
import { formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { type FixedWindow, fixedWindow, windowAttrs } from "./fixed-window.ts";

/** Each maximum's gradient goes to where it was: the first place of the window that has it. Overlapping windows add up. */
export const maxPoolGradient: GradientRule = (context) => {
  const { make, node } = context;
  const shape = context.inputShape(0);
  const { group: _, ...attrs } = windowAttrs(poolWindow(context));
  const ceil = intAttr(node, "ceil_mode", 0);
  const [, indices] = make.ops("MaxPool", [node.inputs[0]], 2, { ...attrs, ceil_mode: attr.int(ceil) });
  const flat = (value: Value | undefined) => make.op("Reshape", [value, make.ints([-1])]);
  const zeros = make.op("Expand", [make.floats([0]), make.ints([elementCount(shape)])]);
  const scattered = make.op("ScatterElements", [zeros, flat(indices), flat(context.gradients[0])], {
    axis: attr.int(0),
    reduction: attr.string("add"),
  });
  return [make.op("Reshape", [scattered, make.ints(shape)])];
};

/** A mean over windows is a linear map of each axis: its transpose spreads the gradient. */
export const averagePoolGradient: GradientRule = (context) => {
  const includes = intAttr(context.node, "count_include_pad", 0) === 1;
  const share = (window: FixedWindow, axis: number, size: number, windows: number) =>
    means(window, axis, size, windows, includes);
  return [spreadBack(context, context.gradients[0]!, share)];
};

/** y = (Σ|x|ᵖ)^(1/p) over windows: ∂x = sign(x)·|x|^(p−1) · Σ over its windows of ∂y ÷ y^(p−1). */
export const lpPoolGradient: GradientRule = (context) => {
  const share: Share = (window, axis, size, windows) =>
    axisMatrix(windows, size, (i, place) => (placesOf(window, axis, i).includes(place) ? 1 : 0));
  return [throughNorm(context, (value) => spreadBack(context, value, share))];
};

export const globalLpPoolGradient: GradientRule = (context) => [throughNorm(context, (value) => value)];

/** @param spread brings what belongs to windows to their elements */
function throughNorm({ node, make, gradients }: GradientContext, spread: (value: Value) => Value): Value {
  const f = formulas(make);
  const [x, y, dy] = [node.inputs[0]!, node.outputs[0]!, gradients[0]!];
  const p = intAttr(node, "p", 2);
  if (p === 1) return f.mul(f.sign(x), spread(dy));
  if (p === 2) return f.mul(x, spread(f.divByRoot(dy, y)));
  const slope = f.mul(f.sign(x), f.of("Pow", f.of("Abs", x), p - 1));
  return f.mul(slope, spread(f.divByRoot(dy, f.of("Pow", y, p - 1))));
}

type Share = (window: FixedWindow, axis: number, size: number, windows: number) => AxisMatrix;

/** Σ over the windows that have a place: `share` is what each window's element got of each place, axis by axis. */
function spreadBack(context: GradientContext, value: Value, share: Share): Value {
  const now = [...context.outputShape(0)];
  const window = poolWindow(context);
  let gradient = value;
  for (const [i, size] of context.inputShape(0).slice(2).entries()) {
    gradient = alongAxis(context.make, gradient, now, i + 2, transposed(share(window, i, size, now[i + 2]!)));
    now[i + 2] = size;
  }
  return gradient;
}

function poolWindow(context: GradientContext): FixedWindow {
  const kernel = intsAttr(context.node, "kernel_shape") ?? [];
  return fixedWindow(context.node, kernel, context.inputShape(0).slice(2), context.outputShape(0).slice(2));
}

/** Where the elements of window `i` lie. */
function placesOf({ kernel, strides, dilations, padsBegin }: FixedWindow, axis: number, i: number): readonly number[] {
  return Array.from({ length: kernel[axis]! }, (_, k) => i * strides[axis]! + k * dilations[axis]! - padsBegin[axis]!);
}

/** [windows, size]: in each window's row one over what it counts. What lies beyond the padding is never counted. */
function means(window: FixedWindow, axis: number, size: number, windows: number, includes: boolean): AxisMatrix {
  const { padsBegin, padsEnd } = window;
  const counts = Array.from({ length: windows }, (_, i) => {
    const [low, high] = includes ? [-padsBegin[axis]!, size + padsEnd[axis]!] : [0, size];
    return placesOf(window, axis, i).filter((place) => place >= low && place < high).length;
  });
  return axisMatrix(windows, size, (i, place) => (placesOf(window, axis, i).includes(place) ? 1 / counts[i]! : 0));
}

export const globalAveragePoolGradient: GradientRule = (context) => {
  const { make } = context;
  const [, , ...sizes] = context.inputShape(0);
  const share = make.floats(new Float32Array(elementCount(sizes)).fill(1 / elementCount(sizes)), [1, 1, ...sizes]);
  return [make.op("Mul", [context.gradients[0], share])];
};

/** Places that share the maximum share its gradient. */
export const globalMaxPoolGradient: GradientRule = (context) => {
  const { make, node } = context;
  const f = formulas(make);
  const isMost = f.sub(1, f.step(f.sub(node.outputs[0]!, node.inputs[0]!), 0));
  const axes = context.inputShape(0).map((_, axis) => axis);
  return [f.mul(isMost, f.div(context.gradients[0]!, f.sum(isMost, axes.slice(2))))];
};
