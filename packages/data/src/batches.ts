/**
 * A data set in batches, ready for a model: in order for evaluation, shuffled and augmented for training.
 *
 * 1. Samples are asked for ahead of the batch that is out, in groups, so that what decodes them is never idle; at most
 *    two batches, or where that is more 16 to 256 samples, as many as are 4 MiB, are in memory.
 * 2. A uint8 field [height, width, channels] is an image and becomes float32 in the transform's layout. Every other
 *    field keeps its type and gets a batch axis in front.
 * 3. Order and augmentation are functions of (seed, epoch) and of each sample's id: the same in a rerun.
 */
import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import { type Augmentation, augmentImage, augmentStream, isAugmentable } from "./augment.ts";
import { type BatchMemory, freshMemory } from "./batch-memory.ts";
import { type Dataset, type Sample, subset, type Target } from "./dataset.ts";
import { batchSizeError, sampleFieldError, sampleTypeError } from "./errors.ts";
import { randomStream, shuffle } from "./random.ts";
import { type ImageTransform, imageWriter, zeroColour } from "./transform.ts";

export interface BatchOptions {
  /** Samples in a batch. */
  readonly batch: number;
  readonly transform?: ImageTransform;
  /** Fill the last batch up by repeating its last sample, so that all have one shape. Default false. */
  readonly pad?: boolean;
  /** Default: all of the data set's. */
  readonly fields?: readonly string[];
  /** Another order in every epoch. Default false: the data set's own. */
  readonly shuffle?: boolean;
  /** Random changes of the images, others in every epoch. Default none. */
  readonly augment?: Augmentation;
  /** Of order and augmentation. Default 0. */
  readonly seed?: number;
  /** From 0. Default 0. */
  readonly epoch?: number;
  /** Leave out the last batch where it is smaller than the others. Default false. */
  readonly dropLast?: boolean;
  /** Batches to leave out at the head; their samples are not read. Default 0. */
  readonly from?: number;
  /** Where inputs are written to; see `alternatingMemory`. Default: new memory, so that a batch is the caller's for good. */
  readonly memory?: BatchMemory;
}

export interface Batch {
  /** By field. Images: float32 [batch, channels, height, width], or [batch, height, width, channels]. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Of the samples that count: fewer than the batch axis where the batch was filled up. */
  readonly targets: readonly (Target | undefined)[];
  readonly ids: readonly string[];
  /** Index of the first sample, in the order of the batches. */
  readonly first: number;
}

/** @throws DATA_BATCH, DATA_TYPE, DATA_FIELD, DATA_TRANSFORM, and the data set's own */
export async function* batches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch> {
  const { batch, transform = {}, pad = false, dropLast = false, fields = dataset.fields, from = 0 } = options;
  const { memory = freshMemory } = options;
  if (!Number.isInteger(batch) || batch < 1) throw batchSizeError(batch);
  let first = Math.min(from * batch, dataset.length);
  const take: Taking = { transform, memory, bytesOf: changedBytes(options) };
  for await (const samples of groups(ordered(dataset, options), batch)) {
    if (dropLast && samples.length < batch) return;
    const targets = samples.map(({ target }) => target);
    const ids = samples.map(({ id }) => id);
    while (pad && samples.length < batch) samples.push(samples.at(-1)!);
    const inputs = new Map(fields.map((field) => [field, stack(dataset.name, field, samples, take)]));
    yield { inputs, targets, ids, first };
    first += targets.length;
  }
}

const orderPurpose = 0x6f726465;

function ordered(dataset: Dataset, options: BatchOptions): Dataset {
  const { shuffle: isShuffled = false, seed = 0, epoch = 0, from = 0, batch } = options;
  if (!isShuffled && from === 0) return dataset;
  const order = Array.from({ length: dataset.length }, (_, i) => i);
  if (isShuffled) shuffle(order, randomStream(seed, orderPurpose, epoch));
  return subset(dataset, order.slice(from * batch), `epoch ${epoch}`);
}

/** What a sample's field has in a batch. It holds until the next call, which takes its memory. */
type BytesOf = (id: string, tensor: Tensor) => Uint8Array;

function changedBytes({ augment, transform = {}, seed = 0, epoch = 0 }: BatchOptions): BytesOf {
  if (augment === undefined) return (_, tensor) => tensorBytes(tensor);
  let memory = new ArrayBuffer(0);
  return (id, tensor) => {
    if (!isAugmentable(tensor)) return tensorBytes(tensor);
    // As the network's own padding where images end. Black would be an edge that no image has at evaluation; a
    // small network loses accuracy by having to learn it.
    const background = isImage(tensor) ? zeroColour(transform, tensor.shape[2]!) : [];
    if (memory.byteLength !== tensor.source.size) memory = new ArrayBuffer(tensor.source.size);
    return tensorBytes(augmentImage(tensor, augment, augmentStream(seed, id, epoch), { background, memory }));
  };
}

/** Samples `size` at a time, asked for ahead. */
async function* groups({ length, sample }: Dataset, size: number): AsyncGenerator<Sample[]> {
  let ahead = Math.max(2 * size, fewestAhead);
  const asked: (Sample | Promise<Sample>)[] = [];
  for (let taken = 0; taken < length; ) {
    if (asked.length <= ahead / 2)
      for (let next = taken + asked.length; next < length && asked.length < ahead; next++)
        asked.push(ask(sample, next));
    const samples: Sample[] = [];
    for (const each of asked.splice(0, size)) samples.push(each instanceof Promise ? await each : each);
    taken += samples.length;
    // Not all at once: whoever wants two samples makes hundreds otherwise.
    ahead = Math.min(2 * ahead, aheadOf(size, samples[0]));
    yield samples;
  }
}

const fewestAhead = 16;
const mostAhead = 256;
const aheadBytes = 4 * 1024 * 1024;

/** As many as are a few megabytes. */
function aheadOf(size: number, sample: Sample | undefined): number {
  const bytes = [...(sample?.fields.values() ?? [])].reduce((sum, { source }) => sum + source.size, 1);
  return Math.max(2 * size, Math.min(mostAhead, Math.max(fewestAhead, Math.floor(aheadBytes / bytes))));
}

/** A fault in a sample that was asked for ahead waits until its turn: of several the first is reported. */
function ask(sample: Dataset["sample"], index: number): Sample | Promise<Sample> {
  try {
    const asked = sample(index);
    if (asked instanceof Promise) asked.catch(() => {});
    return asked;
  } catch (fault) {
    const failed = Promise.reject(fault);
    failed.catch(() => {});
    return failed;
  }
}

interface Taking {
  readonly transform: ImageTransform;
  readonly memory: BatchMemory;
  readonly bytesOf: BytesOf;
}

function stack(
  dataset: string,
  field: string,
  samples: readonly Sample[],
  { transform, memory, bytesOf }: Taking,
): Tensor {
  const tensors = samples.map(({ id, fields }) => {
    const tensor = fields.get(field);
    if (tensor === undefined) throw sampleFieldError(dataset, id, field, [...fields.keys()]);
    return tensor;
  });
  const [like] = tensors as [Tensor, ...Tensor[]];
  for (const [i, tensor] of tensors.entries())
    if (typeText(tensor) !== typeText(like))
      throw sampleTypeError(dataset, samples[i]!.id, field, typeText(like), typeText(tensor));
  const out = memory(field, tensors.length * (isImage(like) ? 4 : 1) * like.source.size);
  const bytes = (i: number) => bytesOf(samples[i]!.id, tensors[i]!);
  const count = tensors.length;
  return isImage(like) ? stackImages(bytes, count, like.shape, transform, out) : stackPlain(bytes, count, like, out);
}

const typeText = ({ dtype, shape }: Tensor) => `${dtype} [${shape.join(", ")}]`;

/** uint8 [height, width, channels]. */
export function isImage({ dtype, shape }: Tensor): boolean {
  return dtype === "uint8" && shape.length === 3;
}

function stackImages(
  bytes: (index: number) => Uint8Array,
  count: number,
  shape: readonly number[],
  transform: ImageTransform,
  memory: ArrayBuffer,
): Tensor {
  const [height, width, channels] = shape as readonly [number, number, number];
  const write = imageWriter(transform, height, width, channels);
  const size = height * width * channels;
  const out = new Float32Array(memory);
  for (let i = 0; i < count; i++) write(bytes(i), out.subarray(i * size, (i + 1) * size));
  const axes = transform.layout === "NHWC" ? [height, width, channels] : [channels, height, width];
  return makeTensor("float32", [count, ...axes], new Uint8Array(memory));
}

function stackPlain(
  bytes: (index: number) => Uint8Array,
  count: number,
  { dtype, shape, source }: Tensor,
  memory: ArrayBuffer,
): Tensor {
  const out = new Uint8Array(memory);
  for (let i = 0; i < count; i++) out.set(bytes(i), i * source.size);
  return makeTensor(dtype, [count, ...shape], out);
}
