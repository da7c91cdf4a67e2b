/**
 * Random changes of training images, before scaling: flip, then shift, then pad and crop, then cutout.
 *
 * 1. What happens to a sample is a function of (seed, sample id, epoch): batch size, order and threads do not matter.
 * 2. Every kind has draws of its own: one that is switched on or off changes nothing about the others.
 * 3. The image keeps its shape and element type.
 */
import { float32s, makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { Dataset } from "./dataset.ts";
import { augmentNoDataError, augmentNothingError, augmentSizeError } from "./errors.ts";
import { type RandomStream, randomStream } from "./random.ts";

/** As a recipe's `data.augment` states it; a kind that is absent is not done. */
export interface Augmentation {
  /** Each of the directions with probability one half. */
  readonly flip?: "horizontal" | "vertical" | "both" | undefined;
  /** Pixels at most, up or down and left or right; what comes in is the background. */
  readonly shift?: number | undefined;
  /** Pixels are added on every side, and a place of the image's own size is cut out of that. */
  readonly crop?: { readonly pad: number; readonly fill: CropFill } | undefined;
  /**
   * Side of a square that is filled with the image's mean colour. Its centre is any pixel, so that parts of it may lie
   * outside (DeVries, Taylor: "Improved regularization of convolutional neural networks with cutout", 2017).
   */
  readonly cutout?: number | undefined;
}

/** What is added: the background, the edge's pixel again, or the image mirrored at the edge's pixel. */
export type CropFill = "zero" | "edge" | "reflect";

const purpose = 0x61756701;

/** The random numbers of one sample in one epoch. */
export function augmentStream(seed: number, id: string, epoch: number): RandomStream {
  return randomStream(seed, purpose, hash32(id), epoch);
}

/** FNV-1a. Two samples with one hash are only changed alike. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export interface AugmentOptions {
  /** A value for each channel, as the image has them. Default 0. See `zeroColour`. */
  readonly background?: readonly number[];
  /** Of the image's size, for the result. Default: new memory. */
  readonly memory?: ArrayBuffer;
}

/** @param image uint8 or float32 [height, width, channels] */
export function augmentImage(
  image: Tensor,
  { flip, shift = 0, crop, cutout = 0 }: Augmentation,
  random: RandomStream,
  { background = [], memory = new ArrayBuffer(image.source.size) }: AugmentOptions = {},
): Tensor {
  const [height, width, channels] = image.shape as readonly [number, number, number];
  const pad = crop?.pad ?? 0;
  const axis = (length: number, isFlipped: boolean) => ({ length, isFlipped, fill: crop?.fill ?? "zero" });
  const flips = [random.uniform() < 0.5, random.uniform() < 0.5] as const;
  const [down, right] = [between(random, shift), between(random, shift)];
  const [top, left] = [between(random, pad), between(random, pad)];
  const rows = sourceOf(axis(height, flips[0] && (flip === "vertical" || flip === "both")), top, down);
  const columns = sourceOf(axis(width, flips[1] && (flip === "horizontal" || flip === "both")), left, right);
  const pixels = image.dtype === "uint8" ? tensorBytes(image) : float32s(image);
  const out = image.dtype === "uint8" ? new Uint8Array(memory) : new Float32Array(memory);
  const colour = Array.from({ length: channels }, (_, channel) => background[channel] ?? 0);
  copyPixels(pixels, out, { rows, columns, colour });
  const centre = [random.below(height), random.below(width)] as const;
  if (cutout > 0) cutOut(out, image.shape, cutout, centre);
  return makeTensor(image.dtype, image.shape, new Uint8Array(out.buffer));
}

interface Placing {
  /** For each row and column where it comes from; −1: nowhere. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Of what comes from nowhere, channel by channel. */
  readonly colour: readonly number[];
}

/** Plain loops over indices: with iterators this took most of an epoch's loading. */
function copyPixels(
  pixels: Uint8Array | Float32Array,
  out: Uint8Array | Float32Array,
  { rows, columns, colour }: Placing,
): void {
  const width = columns.length;
  const channels = colour.length;
  for (let y = 0, to = 0; y < rows.length; y++) {
    const row = rows[y]!;
    for (let x = 0; x < width; x++, to += channels) {
      const column = columns[x]!;
      const isOutside = row < 0 || column < 0;
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++)
        out[to + channel] = isOutside ? colour[channel]! : pixels[from + channel]!;
    }
  }
}

/** An integer from −most to most. */
function between(random: RandomStream, most: number): number {
  return random.below(2 * most + 1) - most;
}

interface Axis {
  readonly length: number;
  readonly isFlipped: boolean;
  readonly fill: CropFill;
}

/** For each place along an axis the place in the image that its pixel comes from; −1: none. */
function sourceOf({ length, isFlipped, fill }: Axis, cropped: number, shifted: number): Int32Array {
  const source = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const padded = inside(i + cropped, length, fill);
    const at = padded < 0 ? -1 : inside(padded - shifted, length, "zero");
    source[i] = at >= 0 && isFlipped ? length - 1 - at : at;
  }
  return source;
}

function inside(at: number, length: number, fill: CropFill): number {
  if (at >= 0 && at < length) return at;
  if (fill === "zero") return -1;
  if (fill === "edge") return at < 0 ? 0 : length - 1;
  return at < 0 ? -at : 2 * (length - 1) - at;
}

function cutOut(
  pixels: Uint8Array | Float32Array,
  shape: readonly number[],
  side: number,
  [row, column]: readonly [number, number],
): void {
  const [height, width, channels] = shape as readonly [number, number, number];
  const means = meanColour(pixels, channels);
  const [top, left] = [row - Math.floor(side / 2), column - Math.floor(side / 2)];
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++)
      for (let channel = 0; channel < channels; channel++)
        pixels[(y * width + x) * channels + channel] = means[channel]!;
}

/**
 * That every image of a data set can be changed so, as its first sample shows.
 * @throws DATA_AUGMENT
 */
export async function checkAugmentation(
  dataset: Dataset | undefined,
  { crop, cutout = 0 }: Augmentation,
): Promise<void> {
  if (dataset === undefined || dataset.length === 0) throw augmentNoDataError();
  const { fields } = await dataset.sample(0);
  const images = [...fields.values()].filter(isAugmentable);
  if (images.length === 0) throw augmentNothingError(dataset.name, [...fields.keys()]);
  for (const { shape } of images) {
    const side = Math.min(shape[0]!, shape[1]!);
    if (cutout > side) throw augmentSizeError("cutout", side, cutout);
    if (crop !== undefined && crop.pad >= side) throw augmentSizeError("crop.pad", side - 1, crop.pad);
  }
}

/** An image: uint8, or float32 with the channels last. */
export function isAugmentable({ dtype, shape }: Tensor): boolean {
  if (shape.length !== 3) return false;
  return dtype === "uint8" || (dtype === "float32" && shape[2]! <= 4 && Math.min(shape[0]!, shape[1]!) > 4);
}

/** Of every channel; of bytes rounded. */
function meanColour(pixels: Uint8Array | Float32Array, channels: number): readonly number[] {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < pixels.length; i++) sums[i % channels]! += pixels[i]!;
  const means = sums.map((sum) => (sum * channels) / pixels.length);
  return pixels instanceof Uint8Array ? means.map(Math.round) : means;
}
