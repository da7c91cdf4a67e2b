import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";
import { batchSizeError, sampleTypeError } from "./errors.ts";
import { type ImageTransform, imageWriter } from "./transform.ts";

export interface BatchOptions {
  /** Samples in a batch. */
  readonly batch: number;
  readonly transform?: ImageTransform;
  /** Fill the last batch up by repeating its last sample, so that all have one shape. Default false. */
  readonly pad?: boolean;
}

export interface Batch {
  /** float32 [batch, channels, height, width], or [batch, height, width, channels]. */
  readonly input: Tensor;
  /** Of the samples that count: `labels.length` is less than the batch axis where the batch was filled up. */
  readonly labels: Int32Array;
  /** Index of the first sample in the data set. */
  readonly first: number;
}

/**
 * The data set in order, in batches. Images must be uint8 [height, width, channels] of one size.
 * @throws DATA_BATCH, DATA_TYPE, DATA_TRANSFORM
 */
export async function* batches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch> {
  const { batch, transform = {}, pad = false } = options;
  if (!Number.isInteger(batch) || batch < 1) throw batchSizeError(batch);
  for (let first = 0; first < dataset.length; first += batch) {
    const count = Math.min(batch, dataset.length - first);
    const samples: Sample[] = [];
    for (let i = 0; i < count; i++) samples.push(await dataset.sample(first + i));
    const labels = Int32Array.from(samples, (sample) => sample.label);
    while (pad && samples.length < batch) samples.push(samples[count - 1]!);
    yield { input: stackImages(dataset.name, first, samples, transform), labels, first };
  }
}

function stackImages(name: string, first: number, samples: readonly Sample[], transform: ImageTransform): Tensor {
  const { shape } = samples[0]!.input;
  const [height, width, channels] = shape as readonly [number, number, number];
  const expected = shape.length === 3 ? `uint8 [${shape.join(", ")}]` : "uint8 [height, width, channels]";
  for (const [i, { input }] of samples.entries()) {
    const got = `${input.dtype} [${input.shape.join(", ")}]`;
    if (got !== expected) throw sampleTypeError(name, first + i, expected, got);
  }
  const write = imageWriter(transform, height, width, channels);
  const size = height * width * channels;
  const out = new Float32Array(samples.length * size);
  for (const [i, { input }] of samples.entries()) write(tensorBytes(input), out.subarray(i * size, (i + 1) * size));
  const axes = transform.layout === "NHWC" ? [height, width, channels] : [channels, height, width];
  return makeTensor("float32", [samples.length, ...axes], new Uint8Array(out.buffer));
}
