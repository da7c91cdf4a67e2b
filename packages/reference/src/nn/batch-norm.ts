import { floatAttr, intAttr } from "@pare/ir";
import type { NumberArray } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";

/** In training the batch's own mean and population variance; running ← m·running + (1 − m)·batch. */
const batchNormalization: Kernel = ({ node, input }) => {
  const data = input(0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((slot) => input(slot).data) as Float64Array[];
  const channels = data.shape[1]!;
  const inner = data.shape.slice(2).reduce((product, size) => product * size, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const isTraining = intAttr(node, "training_mode", 0) === 1;
  const own = isTraining ? statistics(data, channels, channelOf) : { mean: mean!, variance: variance! };
  const epsilon = floatAttr(node, "epsilon", 1e-5);
  const normal = data.data.map((x, i) => {
    const c = channelOf(i);
    return ((x - own.mean[c]!) / Math.sqrt(own.variance[c]! + epsilon)) * scale![c]! + bias![c]!;
  });
  const momentum = floatAttr(node, "momentum", 0.9);
  const running = (before: Float64Array, batch: Float64Array): NumberArray => ({
    shape: [channels],
    data: before.map((x, c) => momentum * x + (1 - momentum) * batch[c]!),
  });
  return [{ shape: data.shape, data: normal }, running(mean!, own.mean), running(variance!, own.variance)];
};

function statistics({ data }: NumberArray, channels: number, channelOf: (i: number) => number) {
  const count = data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (const [i, x] of data.entries()) mean[channelOf(i)]! += x / count;
  for (const [i, x] of data.entries()) variance[channelOf(i)]! += (x - mean[channelOf(i)]!) ** 2 / count;
  return { mean, variance };
}

export const batchNorms: Kernels = { "onnx.BatchNormalization": batchNormalization };
