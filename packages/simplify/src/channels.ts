/**
 * Weights seen along a channel axis, as [major, between, minor, inner]: the channel of an element is
 * major·(number of minors) + minor. A Conv's output channels, [O, I/g, k…], are [1, 1, O, I/g·k]; its input channels are
 * [g, O/g, I/g, k]. Arithmetic is in double precision and rounded once.
 */
import { type DType, makeTensor, numbers, type Tensor, tensorOf } from "@pare/tensor";

export interface ChannelLayout {
  readonly major: number;
  readonly between: number;
  readonly minor: number;
  readonly inner: number;
}

export function channelCount({ major, minor }: ChannelLayout): number {
  return major * minor;
}

/** The channel of every element, in order, as runs of the same channel. */
function* runs(layout: ChannelLayout): Generator<{ channel: number; start: number; end: number }> {
  let at = 0;
  for (let major = 0; major < layout.major; major++)
    for (let between = 0; between < layout.between; between++)
      for (let minor = 0; minor < layout.minor; minor++) {
        yield { channel: major * layout.minor + minor, start: at, end: at + layout.inner };
        at += layout.inner;
      }
}

/** Every element times the factor of its channel; one factor serves all channels. */
export function scaleChannels(tensor: Tensor, layout: ChannelLayout, factors: Float64Array): Tensor {
  const values = numbers(tensor);
  for (const { channel, start, end } of runs(layout)) {
    const factor = factors[factors.length === 1 ? 0 : channel]!;
    for (let i = start; i < end; i++) values[i]! *= factor;
  }
  return floatTensor(tensor.dtype, tensor.shape, values);
}

/** For every output channel the sum of its elements times the weight of their input channel: W·shift. */
export function weightedSums(
  tensor: Tensor,
  output: ChannelLayout,
  input: ChannelLayout,
  weights: Float64Array,
): Float64Array {
  const values = numbers(tensor);
  for (const { channel, start, end } of runs(input)) {
    const weight = weights[weights.length === 1 ? 0 : channel]!;
    for (let i = start; i < end; i++) values[i]! *= weight;
  }
  const sums = new Float64Array(channelCount(output));
  for (const { channel, start, end } of runs(output)) for (let i = start; i < end; i++) sums[channel]! += values[i]!;
  return sums;
}

export function floatTensor(dtype: DType, shape: readonly number[], values: Float64Array): Tensor {
  if (dtype !== "float32") return tensorOf(dtype, shape, values);
  return makeTensor(dtype, shape, new Uint8Array(Float32Array.from(values).buffer));
}
