import { transformChannelsError, transformValueError } from "./errors.ts";

/**
 * From stored bytes to what the model was trained on: (pixel · scale − mean) / std, in float64, rounded once. Values for
 * each channel are in the model's order.
 */
export interface ImageTransform {
  /** Axis order of a batch. Default NCHW. */
  readonly layout?: "NCHW" | "NHWC";
  /** Order of the colours that the model takes; samples are stored as RGB. Default RGB. */
  readonly order?: "RGB" | "BGR";
  /** Default 1/255. */
  readonly scale?: number;
  /** One value, or one for each channel, on the scaled pixels. Default 0. */
  readonly mean?: readonly number[];
  /** As `mean`. Default 1. */
  readonly std?: readonly number[];
}

/** Writes one image (uint8, height · width · channels) into `out` as float32 in the transform's layout. */
export type ImageWriter = (pixels: Uint8Array, out: Float32Array) => void;

/** @throws DATA_TRANSFORM */
export function imageWriter(transform: ImageTransform, height: number, width: number, channels: number): ImageWriter {
  const table = lookupTable(transform, channels);
  const area = height * width;
  const planar = (transform.layout ?? "NCHW") === "NCHW";
  const isReversed = transform.order === "BGR" && channels === 3;
  return (pixels, out) => {
    for (let channel = 0; channel < channels; channel++) {
      const base = channel * 256;
      const step = planar ? 1 : channels;
      let read = isReversed ? channels - 1 - channel : channel;
      let write = planar ? channel * area : channel;
      for (let i = 0; i < area; i++, read += channels, write += step) out[write] = table[base + pixels[read]!]!;
    }
  };
}

/** The stored colour, red first, that comes nearest to 0 in every channel of the model's input. */
export function zeroColour({ scale = 1 / 255, mean = [0], order }: ImageTransform, channels: number): number[] {
  const colour = Array.from({ length: channels }, (_, channel) => {
    const value = mean[mean.length === 1 ? 0 : channel]! / scale;
    return Math.min(255, Math.max(0, Math.round(value)));
  });
  return order === "BGR" && channels === 3 ? colour.reverse() : colour;
}

/** The value of every byte in every channel, [channels, 256]: one division for each instead of one for each pixel. */
function lookupTable({ scale = 1 / 255, mean = [0], std = [1] }: ImageTransform, channels: number): Float32Array {
  checkValues("scale", [scale]);
  checkValues("mean", mean, channels);
  checkValues("std", std, channels);
  for (const value of std) if (value <= 0) throw transformValueError("std", "more than 0", value);
  const of = (values: readonly number[], channel: number) => values[values.length === 1 ? 0 : channel]!;
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const channel = Math.floor(i / 256);
    return ((i % 256) * scale - of(mean, channel)) / of(std, channel);
  });
}

function checkValues(part: string, values: readonly number[], channels = 1): void {
  if (values.length !== 1 && values.length !== channels) throw transformChannelsError(part, channels, values.length);
  for (const value of values) if (!Number.isFinite(value)) throw transformValueError(part, "a finite number", value);
}
