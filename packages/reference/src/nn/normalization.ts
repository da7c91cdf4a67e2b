import { floatAttr, intAttr, intsAttr, type Node } from "@pare/ir";
import type { NumberArray } from "../array.ts";
import { broadcast } from "../broadcast.ts";
import { map } from "../elementwise/unary.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { mean, reduced, squares } from "../reduce/reduce.ts";

const add = (a: NumberArray, b: NumberArray) => broadcast([a, b], (x, y) => x + y);
const multiply = (a: NumberArray, b: NumberArray) => broadcast([a, b], (x, y) => x * y);
const reshaped = ({ data }: NumberArray, shape: readonly number[]): NumberArray => ({ shape, data });

/** (x − mean)/√(variance + epsilon) over axes; without the mean where not `centred`. Also mean and inverse deviation. */
function standardized(x: NumberArray, axes: readonly number[], epsilon: number, centred = true) {
  const average = map(reduced(x, axes, mean), (element) => (centred ? element : 0));
  const distance = broadcast([x, average], (a, b) => a - b);
  const variance = reduced(distance, axes, (elements) => mean(squares(elements)));
  const inverse = map(variance, (element) => 1 / Math.sqrt(element + epsilon));
  return { value: multiply(distance, inverse), average, inverse };
}

function axesFrom(axis: number, rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, i) => i).slice(axis);
}

const epsilonOf = (node: Node, fallback = 1e-5) => floatAttr(node, "epsilon", fallback);

const layerNormalization: Kernel = ({ node, inputs, input }) => {
  const axes = axesFrom(intAttr(node, "axis", -1), input(0).shape.length);
  const { value, average, inverse } = standardized(input(0), axes, epsilonOf(node));
  const scaled = multiply(value, input(1));
  return [inputs[2] === undefined ? scaled : add(scaled, inputs[2]), average, inverse];
};

const rmsNormalization: Kernel = ({ node, input }) => {
  const axes = axesFrom(intAttr(node, "axis", -1), input(0).shape.length);
  const { value, inverse } = standardized(input(0), axes, epsilonOf(node), false);
  return [multiply(value, input(1)), inverse];
};

/** Of input + skip (+ bias), along the last axis. */
const skipNormalization = (centred: boolean): Kernel => {
  return ({ node, inputs, input }) => {
    const [beta, bias] = centred ? [inputs[3], inputs[4]] : [undefined, inputs[3]];
    const both = add(input(0), input(1));
    const sum = bias === undefined ? both : add(both, bias);
    const { value, average, inverse } = standardized(
      sum,
      axesFrom(-1, sum.shape.length),
      epsilonOf(node, 1e-12),
      centred,
    );
    const scaled = multiply(value, input(2));
    return [beta === undefined ? scaled : add(scaled, beta), average, inverse, sum];
  };
};

/** [N, C, …] in groups of channels, scale and bias by channel. */
const channelNormalization = (groupsOf: (node: Node, channels: number) => number): Kernel => {
  return ({ node, input }) => {
    const { shape } = input(0);
    const [batch, channels] = [shape[0]!, shape[1]!];
    const perChannel = (vector: NumberArray) => reshaped(vector, [channels, ...shape.slice(2).map(() => 1)]);
    const groups = groupsOf(node, channels);
    const rows = reshaped(input(0), [batch, groups, input(0).data.length / (batch * groups)]);
    const value = reshaped(standardized(rows, [2], epsilonOf(node)).value, shape);
    return [add(multiply(value, perChannel(input(1))), perChannel(input(2)))];
  };
};

const meanVarianceNormalization: Kernel = ({ node, input }) => {
  const axes = (intsAttr(node, "axes") ?? [0, 2, 3]).map((axis) => (axis < 0 ? axis + input(0).shape.length : axis));
  const distance = broadcast([input(0), reduced(input(0), axes, mean)], (a, b) => a - b);
  const deviation = reduced(distance, axes, (elements) => Math.sqrt(mean(squares(elements))));
  return [broadcast([distance, deviation], (x, scale) => x / (scale + 1e-9))];
};

export const normalizations: Kernels = {
  "onnx.GroupNormalization": channelNormalization((node) => intAttr(node, "num_groups")!),
  "onnx.InstanceNormalization": channelNormalization((_, channels) => channels),
  "onnx.LayerNormalization": layerNormalization,
  "onnx.MeanVarianceNormalization": meanVarianceNormalization,
  "onnx.RMSNormalization": rmsNormalization,
  "onnx.SimplifiedLayerNormalization": rmsNormalization,
  "com.microsoft.SkipLayerNormalization": skipNormalization(true),
  "com.microsoft.SkipSimplifiedLayerNormalization": skipNormalization(false),
};
