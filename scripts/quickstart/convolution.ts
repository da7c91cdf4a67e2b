/** Convolutions with hand-written backward passes: patches of the image times the weights, image by image. */
import { type Activation, type Layer, like } from "./layers.ts";
import { multiplyAdd } from "./matmul.ts";
import type { ParameterStore } from "./parameters.ts";

export interface ConvSpec {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  /** Before and after, on both axes. */
  readonly pads: readonly [number, number];
}

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
