/** Layers with hand-written backward passes. Activations are float32 [images, height, width, channels]. */
import type { RandomStream } from "@pare/data";
import { multiplyAdd } from "./matmul.ts";
import type { ParameterStore } from "./parameters.ts";

export interface Activation {
  readonly data: Float32Array;
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Layer {
  forward(x: Activation, mode: "train" | "infer"): Activation;
  /** Takes the gradient of the output of the last `forward`, adds to the parameters' updates, gives that of the input. */
  backward(gradient: Activation): Activation;
}

export interface ConvSpec {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  /** Before and after, on both axes. */
  readonly pads: readonly [number, number];
}

const like = (x: Activation, data = new Float32Array(x.data.length)): Activation => ({ ...x, data });
const roundUp4 = (size: number) => Math.ceil(size / 4) * 4;

/** Kaiming-uniform weights [kernel · kernel · from (rounded up to a multiple of 4), to], no bias. */
export function conv(name: string, spec: ConvSpec, store: ParameterStore): Layer {
  const { from, to, kernel } = spec;
  const patch = roundUp4(kernel * kernel * from);
  const weight = store.uniform(`${name}.weight`, patch * to, Math.sqrt(6 / (kernel * kernel * from)));
  let input: Activation;
  return {
    forward(x) {
      input = x;
      const out = convOutput(x, spec);
      const pixels = out.height * out.width;
      const patches = new Float32Array(pixels * patch);
      for (let image = 0; image < x.images; image++) {
        gather(x, spec, image, out, patches, patch);
        const y = out.data.subarray(image * pixels * to, (image + 1) * pixels * to);
        multiplyAdd(patches, [patch, 1], weight.value, y, [pixels, to, patch]);
      }
      return out;
    },
    backward(gradient) {
      const result = like(input);
      const pixels = gradient.height * gradient.width;
      const patches = new Float32Array(pixels * patch);
      const turned = transpose(weight.value, patch, to);
      for (let image = 0; image < input.images; image++) {
        const dy = gradient.data.subarray(image * pixels * to, (image + 1) * pixels * to);
        gather(input, spec, image, gradient, patches, patch);
        multiplyAdd(patches, [1, patch], dy, weight.update, [patch, to, pixels]);
        patches.fill(0);
        multiplyAdd(dy, [to, 1], turned, patches, [pixels, patch, to]);
        scatter(result, spec, image, gradient, patches, patch);
      }
      return result;
    },
  };
}

function convOutput(x: Activation, { to, kernel, stride, pads }: ConvSpec): Activation {
  const size = (length: number) => Math.floor((length + pads[0] + pads[1] - kernel) / stride) + 1;
  const [height, width] = [size(x.height), size(x.width)];
  return { data: new Float32Array(x.images * height * width * to), images: x.images, height, width, channels: to };
}

/** Calls `visit(offset in the image, offset in the patches)` for every run of channels that a kernel covers. */
function eachTap(
  x: Activation,
  { kernel, stride, pads }: ConvSpec,
  out: { readonly height: number; readonly width: number },
  patch: number,
  visit: (source: number, target: number) => void,
): void {
  for (let row = 0; row < out.height; row++)
    for (let column = 0; column < out.width; column++)
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const y = row * stride - pads[0] + Math.floor(tap / kernel);
        const z = column * stride - pads[0] + (tap % kernel);
        if (y < 0 || y >= x.height || z < 0 || z >= x.width) continue;
        visit((y * x.width + z) * x.channels, (row * out.width + column) * patch + tap * x.channels);
      }
}

/** The patches of one image, one row for each output pixel. */
function gather(x: Activation, spec: ConvSpec, image: number, out: Activation, patches: Float32Array, patch: number) {
  const { channels } = x;
  const base = image * x.height * x.width * channels;
  patches.fill(0);
  eachTap(x, spec, out, patch, (source, target) => {
    for (let c = 0; c < channels; c++) patches[target + c] = x.data[base + source + c]!;
  });
}

/** Adds patches back to where `gather` took them. */
function scatter(x: Activation, spec: ConvSpec, image: number, out: Activation, patches: Float32Array, patch: number) {
  const { channels } = x;
  const base = image * x.height * x.width * channels;
  eachTap(x, spec, out, patch, (source, target) => {
    for (let c = 0; c < channels; c++) x.data[base + source + c]! += patches[target + c]!;
  });
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j]!;
  return turned;
}

/** One 3×3 kernel for each channel, stride 1, padding 1; weights [9, channels]. */
export function depthwise(name: string, channels: number, store: ParameterStore): Layer {
  const spec: ConvSpec = { from: channels, to: channels, kernel: 3, stride: 1, pads: [1, 1] };
  const weight = store.uniform(`${name}.weight`, 9 * channels, Math.sqrt(6 / 9));
  let input: Activation;
  /** (input offset, output offset, weight offset) of each run of channels. */
  const eachRun = (x: Activation, visit: (source: number, target: number, tap: number) => void) => {
    const size = x.height * x.width * channels;
    for (let base = 0; base < x.data.length; base += size)
      eachTap(x, spec, x, 9 * channels, (source, target) => {
        const tap = target % (9 * channels);
        visit(base + source, base + (target - tap) / 9, tap);
      });
  };
  return {
    forward(x) {
      input = x;
      const out = like(x);
      eachRun(x, (source, target, tap) => {
        for (let c = 0; c < channels; c++) out.data[target + c]! += x.data[source + c]! * weight.value[tap + c]!;
      });
      return out;
    },
    backward(gradient) {
      const result = like(input);
      const { data } = gradient;
      eachRun(input, (source, target, tap) => {
        for (let c = 0; c < channels; c++) {
          result.data[source + c]! += data[target + c]! * weight.value[tap + c]!;
          weight.update[tap + c]! += data[target + c]! * input.data[source + c]!;
        }
      });
      return result;
    },
  };
}

export const batchNormEpsilon = 1e-5;

export function batchNorm(name: string, channels: number, store: ParameterStore): Layer {
  const scale = store.constant(`${name}.weight`, channels, 1);
  const shift = store.constant(`${name}.bias`, channels, 0);
  const mean = store.constant(`${name}.running_mean`, channels, 0, "statistic");
  const variance = store.constant(`${name}.running_var`, channels, 1, "statistic");
  let normal: Activation;
  let inverse: Float64Array;
  return {
    forward(x, mode) {
      if (mode === "train") batchMoments(x, mean.update, variance.update);
      const from = mode === "train" ? "update" : "value";
      inverse = Float64Array.from(variance[from], (value) => 1 / Math.sqrt(value + batchNormEpsilon));
      normal = like(x);
      const out = like(x);
      const centre = mean[from];
      for (let pixel = 0; pixel < x.data.length; pixel += channels)
        for (let c = 0; c < channels; c++) {
          normal.data[pixel + c] = (x.data[pixel + c]! - centre[c]!) * inverse[c]!;
          out.data[pixel + c] = normal.data[pixel + c]! * scale.value[c]! + shift.value[c]!;
        }
      return out;
    },
    backward(gradient) {
      const { data } = gradient;
      const [sums, products] = [new Float64Array(channels), new Float64Array(channels)];
      for (let pixel = 0; pixel < data.length; pixel += channels)
        for (let c = 0; c < channels; c++) {
          sums[c]! += data[pixel + c]!;
          products[c]! += data[pixel + c]! * normal.data[pixel + c]!;
        }
      const count = data.length / channels;
      const result = like(gradient);
      for (let pixel = 0; pixel < data.length; pixel += channels)
        for (let c = 0; c < channels; c++) {
          const centred = data[pixel + c]! - (sums[c]! + normal.data[pixel + c]! * products[c]!) / count;
          result.data[pixel + c] = scale.value[c]! * inverse[c]! * centred;
        }
      for (let c = 0; c < channels; c++) {
        scale.update[c]! += products[c]!;
        shift.update[c]! += sums[c]!;
      }
      return result;
    },
  };
}

/** Mean and variance of every channel over all images and pixels. */
function batchMoments({ data, channels }: Activation, mean: Float32Array, variance: Float32Array): void {
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let pixel = 0; pixel < data.length; pixel += channels)
    for (let c = 0; c < channels; c++) {
      sums[c]! += data[pixel + c]!;
      squares[c]! += data[pixel + c]! * data[pixel + c]!;
    }
  const count = data.length / channels;
  for (let c = 0; c < channels; c++) {
    mean[c] = sums[c]! / count;
    variance[c] = Math.max(0, squares[c]! / count - (sums[c]! / count) ** 2);
  }
}

/** Cuts off below 0 and above `most`. */
export function clip(most = Number.POSITIVE_INFINITY): Layer {
  let input: Activation;
  return {
    forward(x) {
      input = x;
      return like(
        x,
        x.data.map((value) => (value < 0 ? 0 : Math.min(value, most))),
      );
    },
    backward: (gradient) =>
      like(
        gradient,
        gradient.data.map((value, i) => (input.data[i]! > 0 && input.data[i]! < most ? value : 0)),
      ),
  };
}

export function globalAveragePool(): Layer {
  let input: Activation;
  const channelOf = (x: Activation, i: number) =>
    Math.floor(i / (x.height * x.width * x.channels)) * x.channels + (i % x.channels);
  return {
    forward(x) {
      input = x;
      const data = new Float32Array(x.images * x.channels);
      const area = x.height * x.width;
      for (let i = 0; i < x.data.length; i++) data[channelOf(x, i)]! += x.data[i]! / area;
      return { ...x, data, height: 1, width: 1 };
    },
    backward(gradient) {
      const area = input.height * input.width;
      return like(
        input,
        input.data.map((_, i) => gradient.data[channelOf(input, i)]! / area),
      );
    },
  };
}

/** Sets a share of the values to 0 while training and scales the others up. */
export function dropout(ratio: number, random: RandomStream): Layer {
  let mask: Float32Array | undefined;
  const apply = (x: Activation) =>
    mask === undefined
      ? x
      : like(
          x,
          x.data.map((value, i) => value * mask![i]!),
        );
  return {
    forward(x, mode) {
      mask = mode === "infer" ? undefined : x.data.map(() => (random.uniform() < ratio ? 0 : 1 / (1 - ratio)));
      return apply(x);
    },
    backward: apply,
  };
}

/** Weights [from, to] and a bias. */
export function dense(name: string, from: number, to: number, store: ParameterStore): Layer {
  const weight = store.uniform(`${name}.weight`, from * to, Math.sqrt(1 / from));
  const bias = store.constant(`${name}.bias`, to, 0);
  let input: Activation;
  return {
    forward(x) {
      input = x;
      const data = new Float32Array(x.images * to);
      for (let image = 0; image < x.images; image++)
        for (let j = 0; j < to; j++) {
          let sum = bias.value[j]!;
          for (let k = 0; k < from; k++) sum += x.data[image * from + k]! * weight.value[k * to + j]!;
          data[image * to + j] = sum;
        }
      return { ...x, data, channels: to };
    },
    backward({ data }) {
      const result = like(input);
      for (let at = 0; at < data.length; at++) {
        const [base, j] = [Math.floor(at / to) * from, at % to];
        bias.update[j]! += data[at]!;
        for (let k = 0; k < from; k++) {
          weight.update[k * to + j]! += data[at]! * input.data[base + k]!;
          result.data[base + k]! += data[at]! * weight.value[k * to + j]!;
        }
      }
      return result;
    },
  };
}

export function chain(layers: readonly Layer[]): Layer {
  return {
    forward: (x, mode) => layers.reduce((value, layer) => layer.forward(value, mode), x),
    backward: (gradient) => layers.reduceRight((value, layer) => layer.backward(value), gradient),
  };
}

/** x + branch(x) */
export function residual(branch: Layer): Layer {
  const add = (a: Activation, b: Activation) =>
    like(
      a,
      a.data.map((value, i) => value + b.data[i]!),
    );
  return {
    forward: (x, mode) => add(x, branch.forward(x, mode)),
    backward: (gradient) => add(gradient, branch.backward(gradient)),
  };
}
