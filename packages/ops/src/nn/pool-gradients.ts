import { attr, intAttr, intsAttr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type AxisMatrix, alongAxis, axisMatrix, transposed } from "../gradient/along-axis.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { type FixedWindow, fixedWindow, windowAttrs } from "./fixed-window.ts";

/** Each maximum's gradient goes to where it was: the first place of the window that has it. Overlapping windows add up. */
export const maxPoolGradient: GradientRule = (context) => {
  const { make, node } = context;
  const shape = context.inputShape(0);
  const { group, ...window } = poolWindow(context);
  const { group: _, ...attrs } = windowAttrs({ ...window, group });
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
  const { make, node } = context;
  const shape = context.outputShape(0);
  const sizes = context.inputShape(0).slice(2);
  const window = poolWindow(context);
  const includes = intAttr(node, "count_include_pad", 0) === 1;
  let gradient = context.gradients[0]!;
  const now = [...shape];
  for (const [i, size] of sizes.entries()) {
    gradient = alongAxis(make, gradient, now, i + 2, transposed(means(window, i, size, shape[i + 2]!, includes)));
    now[i + 2] = size;
  }
  return [gradient];
};

function poolWindow(context: GradientContext): FixedWindow {
  const kernel = intsAttr(context.node, "kernel_shape") ?? [];
  return fixedWindow(context.node, kernel, context.inputShape(0).slice(2), context.outputShape(0).slice(2));
}

/** [windows, size]: in each window's row one over what it counts. What lies beyond the padding is never counted. */
function means(window: FixedWindow, axis: number, size: number, windows: number, includes: boolean): AxisMatrix {
  const { kernel, strides, dilations, padsBegin, padsEnd } = window;
  const placesOf = (i: number) =>
    Array.from({ length: kernel[axis]! }, (_, k) => i * strides[axis]! + k * dilations[axis]! - padsBegin[axis]!);
  const counts = Array.from({ length: windows }, (_, i) => {
    const [low, high] = includes ? [-padsBegin[axis]!, size + padsEnd[axis]!] : [0, size];
    return placesOf(i).filter((place) => place >= low && place < high).length;
  });
  return axisMatrix(windows, size, (i, place) => (placesOf(i).includes(place) ? 1 / counts[i]! : 0));
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
  const below = make.op("Sub", [node.outputs[0], node.inputs[0]]);
  // 0 where x is the maximum, 1 where it is below by anything.
  const isBelow = make.op("HardSigmoid", [below], { alpha: attr.float(1e30), beta: attr.float(0) });
  const isMost = make.op("Sub", [make.scalar(1), isBelow]);
  const axes = make.ints(
    context
      .inputShape(0)
      .slice(2)
      .map((_, i) => i + 2),
  );
  const sharers = make.op("ReduceSum", [isMost, axes], { keepdims: attr.int(1) });
  return [make.op("Mul", [isMost, make.op("Div", [context.gradients[0], sharers])])];
};
