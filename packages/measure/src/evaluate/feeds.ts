/**
 * From samples to what goes into a model's inputs, a batch at a time.
 *
 * 1. Every run has the same batch size: a runtime may round differently for another one, and the last, smaller batch
 *    would be another one. It is filled up, and what was filled in is not counted.
 * 2. A model whose batch axis is fixed is fed batches of that size.
 * 3. One field and one input need no binding; otherwise a binding, or the same name.
 * 4. A field of another element type is converted; one of another shape is taken where the number of elements is that
 *    of the model's fixed sizes (28 · 28 pixels for 784 values).
 * 5. A sample that has the rank of its input and all of its fixed sizes, the first above one, is all of that input: a
 *    state [layers, batch, width]. Then samples are fed one by one, and a scalar input takes its number as it is.
 */
import {
  alternatingMemory,
  type BatchOptions,
  batches,
  type Dataset,
  type ImageTransform,
  isImage,
  type Target,
} from "@pare/data";
import type { PortInfo, Session, Tensors } from "@pare/pass";
import { elementCount, isDType, makeTensor, numbers, type Tensor, tensorBytes, tensorOf } from "@pare/tensor";
import { batchesDifferError, batchSizeError, bindingError, emptyDatasetError, inputShapeError } from "../errors.ts";

/** One run of the models. */
export interface Feed {
  /** They hold until the second feed after this one is asked for, where `epoch.memory` does not say otherwise. */
  readonly inputs: Tensors;
  /** Of the samples that count, those at the head of the batch. */
  readonly targets: readonly (Target | undefined)[];
  readonly ids: readonly string[];
  /** Samples in the run, with those that only fill it up. */
  readonly batch: number;
  /** Index of the first sample. */
  readonly first: number;
}

/** The samples that models are evaluated on. */
export interface FeedSource {
  readonly name: string;
  readonly samples: number;
  readonly classes: readonly string[];
  /** Names the content. */
  digest(): Promise<string>;
  /** The same feeds for all of the sessions. */
  feeds(sessions: readonly Runner[]): AsyncIterable<Feed>;
}

/** Of a session, what evaluating needs. */
export type Runner = Pick<Session, "inputs" | "outputs" | "run">;

/** Of a session, what decides how a data set is fed to it. */
export type Fed = Pick<Session, "inputs"> & Partial<Pick<Session, "outputs">>;

export interface DatasetFeeds extends FeedSource {
  feeds(sessions: readonly Fed[]): AsyncIterable<Feed>;
}

export interface DatasetFeedOptions {
  readonly transform?: ImageTransform;
  /**
   * Samples in a run where the models leave it free. Default: a power of two, as many as go in and come out in 4 MiB, at
   * most 64.
   */
  readonly batch?: number;
  /** Input of the model → field of the data set. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** For training: other orders, changed images, full batches only. Default: all samples in their order, the last batch filled up. */
  readonly epoch?: EpochOptions;
}

export type EpochOptions = Pick<
  BatchOptions,
  "shuffle" | "augment" | "seed" | "epoch" | "dropLast" | "from" | "memory"
>;

/** @throws MEASURE_EMPTY */
export function datasetFeeds(dataset: Dataset, options: DatasetFeedOptions = {}): DatasetFeeds {
  if (dataset.length === 0) throw emptyDatasetError(dataset.name);
  return {
    name: dataset.name,
    samples: dataset.length,
    classes: dataset.classes,
    digest: () => dataset.digest(),
    feeds: (sessions) => feedsOf(dataset, sessions, options),
  };
}

/** @throws MEASURE_BINDING, MEASURE_BATCH, MEASURE_INPUT; those of the data set */
async function* feedsOf(
  dataset: Dataset,
  sessions: readonly Fed[],
  { transform = {}, batch: wanted, inputs: bound = {}, epoch }: DatasetFeedOptions,
): AsyncGenerator<Feed> {
  const ports = sessions[0]!.inputs;
  const binding = ports.map((port) => [port, fieldFor(port, ports, dataset.fields, bound)] as const);
  const { fields: sample } = await dataset.sample(0);
  const whole = new Set(binding.filter(([port, field]) => isWhole(sample.get(field), port)).map(([port]) => port.name));
  const fields = [...new Set(binding.map(([, field]) => field))];
  const fed = binding.map(([port, field]) => ({ port, tensor: sample.get(field)! }));
  const batch = whole.size > 0 ? 1 : batchOf(sessions, wanted ?? usualBatch(fed, sessions));
  const options = { batch, transform, pad: true, fields, memory: alternatingMemory(2), ...epoch };
  for await (const { inputs, targets, ids, first } of batches(dataset, options)) {
    const feeds = binding.map(([port, field]) => {
      const tensor = inputs.get(field)!;
      const isAll = whole.has(port.name) || (whole.size > 0 && port.shape.length === 0);
      return [port.name, fitted(isAll ? single(tensor) : tensor, port, field)] as const;
    });
    yield { inputs: new Map(feeds), targets, ids, batch, first };
  }
}

function fieldFor(
  { name }: PortInfo,
  ports: readonly PortInfo[],
  fields: readonly string[],
  bound: Readonly<Record<string, string>>,
): string {
  const only = ports.length === 1 && fields.length === 1 ? fields[0] : undefined;
  const field = bound[name] ?? (fields.includes(name) ? name : only);
  if (field === undefined || !fields.includes(field)) {
    const strangers = Object.keys(bound).filter((input) => !ports.some((port) => port.name === input));
    throw bindingError(name, bound[name], fields, strangers);
  }
  return field;
}

/** Values inside a model may take a hundred times as much as what goes in, and many samples are hardly faster than a few. */
const runBytes = 4 * 1024 * 1024;
const mostSamples = 64;

interface FedTensor {
  readonly port: PortInfo;
  readonly tensor: Tensor;
}

function usualBatch(sample: readonly FedTensor[], sessions: readonly Fed[]): number {
  const fed = new Map(sample.map(({ tensor }) => [tensor, fedBytes(tensor)]));
  const bytes = [...fed.values()].reduce((sum, size) => sum + size, givenBytes(sample, sessions));
  let batch = mostSamples;
  while (batch > 1 && batch * bytes > runBytes) batch /= 2;
  return batch;
}

/** An image becomes floats. */
const fedBytes = (tensor: Tensor) => (isImage(tensor) ? 4 : 1) * tensor.source.size;

/** What the largest of the models gives for a sample. A free size is that of the input's axis of that name, else 1. */
function givenBytes(sample: readonly FedTensor[], sessions: readonly Fed[]): number {
  const sizes = new Map<number | string, number>();
  for (const { port, tensor } of sample)
    if (!isImage(tensor) && tensor.shape.length === port.shape.length - 1)
      for (const [axis, size] of tensor.shape.entries()) sizes.set(port.shape[axis + 1]!, size);
  const sizeOf = (dim: number | string) => (typeof dim === "number" && dim > 0 ? dim : (sizes.get(dim) ?? 1));
  const given = sessions.map(({ outputs = [] }) =>
    outputs.reduce((sum, { shape }) => sum + 4 * elementCount(shape.slice(1).map(sizeOf)), 0),
  );
  return Math.max(0, ...given);
}

/** Rule 5. */
function isWhole(sample: Tensor | undefined, { shape }: PortInfo): boolean {
  const [first] = shape;
  return sample !== undefined && typeof first === "number" && first > 1 && fits(sample.shape, shape);
}

/** The one sample of a batch. */
const single = (tensor: Tensor) => makeTensor(tensor.dtype, tensor.shape.slice(1), tensorBytes(tensor));

function batchOf(sessions: readonly Fed[], wanted: number): number {
  const firsts = sessions.flatMap(({ inputs }) => inputs.map(({ shape }) => shape[0]));
  const fixed = [...new Set(firsts.flatMap((size) => (typeof size === "number" && size > 0 ? [size] : [])))];
  if (fixed.length > 1) throw batchesDifferError(fixed);
  const size = fixed[0] ?? wanted;
  if (!Number.isInteger(size) || size < 1) throw batchSizeError(size);
  return size;
}

/** The batch as the input wants it: element type, and shape where only the grouping of axes differs. */
function fitted(tensor: Tensor, { name, dtype, shape }: PortInfo, field: string): Tensor {
  const cast = !isDType(dtype) || dtype === tensor.dtype ? tensor : tensorOf(dtype, tensor.shape, numbers(tensor));
  if (shape.length === 0 || fits(cast.shape, shape)) return cast;
  const [batch = 1, ...sizes] = cast.shape;
  const wanted = shape.slice(1).map((size) => (typeof size === "number" && size > 0 ? size : undefined));
  const known = wanted.flatMap((size) => size ?? []);
  const isSameCount = known.length === wanted.length && elementCount(known) === elementCount(sizes);
  // A picture whose sizes are swapped or whose axes are in another order is a mistake, not another grouping.
  if (!isSameCount || known.length === sizes.length) throw inputShapeError(name, field, shape, cast.shape);
  return makeTensor(cast.dtype, [batch, ...known], tensorBytes(cast));
}

function fits(shape: readonly number[], wanted: readonly (number | string)[]): boolean {
  const isFree = (size: number | string | undefined) => typeof size !== "number" || size < 0;
  return shape.length === wanted.length && shape.every((size, axis) => isFree(wanted[axis]) || wanted[axis] === size);
}
