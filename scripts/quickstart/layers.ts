/** Layers with hand-written backward passes. Activations are float32 [images, height, width, channels]. */
import type { RandomStream } from "@pare/data";
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

/** Of the same shape; zeros unless given. */
export const like = (x: Activation, data = new Float32Array(x.data.length)): Activation => ({ ...x, data });

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
