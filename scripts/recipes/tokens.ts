/** Layers of texts: activations are [texts, 1, tokens, channels]. */
import { type Activation, type Layer, like } from "../quickstart/layers.ts";
import type { ParameterStore } from "../quickstart/parameters.ts";

/** A vector for each word; the first word is padding, whose vector stays 0. Takes ids, one channel. */
export function embedding(name: string, words: number, channels: number, store: ParameterStore): Layer {
  const table = store.uniform(`${name}.weight`, words * channels, 1);
  table.value.fill(0, 0, channels);
  let ids: Activation;
  return {
    forward(x) {
      ids = x;
      const data = new Float32Array(x.data.length * channels);
      for (const [i, id] of x.data.entries())
        data.set(table.value.subarray(id * channels, (id + 1) * channels), i * channels);
      return { ...x, data, channels };
    },
    backward(gradient) {
      for (const [i, id] of ids.data.entries())
        for (let c = 0; id > 0 && c < channels; c++)
          table.update[id * channels + c]! += gradient.data[i * channels + c]!;
      return like(ids);
    },
  };
}

/** Every token beside the one before and the one after it: three times the channels. Beyond the ends there are zeros. */
export function neighbours(): Layer {
  let input: Activation;
  const eachRun = ({ data, width, channels }: Activation, visit: (source: number, target: number) => void) => {
    for (let token = 0; token < data.length / channels; token++)
      for (let tap = 0; tap < 3; tap++) {
        const place = (token % width) + tap - 1;
        if (place >= 0 && place < width) visit((token + tap - 1) * channels, (token * 3 + tap) * channels);
      }
  };
  return {
    forward(x) {
      input = x;
      const data = new Float32Array(x.data.length * 3);
      eachRun(x, (source, target) => data.set(x.data.subarray(source, source + x.channels), target));
      return { ...x, data, channels: x.channels * 3 };
    },
    backward(gradient) {
      const result = like(input);
      eachRun(input, (source, target) => {
        for (let c = 0; c < input.channels; c++) result.data[source + c]! += gradient.data[target + c]!;
      });
      return result;
    },
  };
}

/** The mean over the tokens that are no padding. `ids`: of the texts that are passing through. */
export function tokenMean(ids: () => Float32Array): Layer {
  let input: Activation;
  /** Of each token, its share in the mean. */
  const shares = () => {
    const { width } = input;
    const words = ids();
    return words.map((id, i) => {
      const first = i - (i % width);
      return id === 0 ? 0 : 1 / words.subarray(first, first + width).filter((other) => other > 0).length;
    });
  };
  return {
    forward(x) {
      input = x;
      const data = new Float32Array(x.images * x.channels);
      for (const [token, share] of shares().entries())
        for (let c = 0; c < x.channels; c++)
          data[Math.floor(token / x.width) * x.channels + c]! += share * x.data[token * x.channels + c]!;
      return { ...x, data, width: 1 };
    },
    backward(gradient) {
      const { channels, width } = input;
      const result = like(input);
      for (const [token, share] of shares().entries())
        for (let c = 0; c < channels; c++)
          result.data[token * channels + c] = share * gradient.data[Math.floor(token / width) * channels + c]!;
      return result;
    },
  };
}
