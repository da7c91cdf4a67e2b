/**
 * Resizing with a filter that widens when an image shrinks, in two passes of 8-bit results and 22-bit fixed-point weights:
 * the arithmetic of Pillow, so that a model sees the pixels that it was trained on.
 */
import type { Pixels } from "./pixels.ts";

interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

const kernels = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
} as const satisfies Record<string, Kernel>;

export type Filter = keyof typeof kernels;
export const filters = Object.keys(kernels) as Filter[];

function cubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

const precision = 22;
const half = 1 << (precision - 1);

export function resize(pixels: Pixels, height: number, width: number, filter: Filter): Pixels {
  const wide = width === pixels.width ? pixels : resizeRows(pixels, width, kernels[filter]);
  return height === pixels.height ? wide : resizeColumns(wide, height, kernels[filter]);
}

/** Of every output element: where its inputs start, and their weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly weights: readonly Int32Array[];
}

function tapsOf(from: number, to: number, { support, at }: Kernel): Taps {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    starts[i] = start;
    const raw = Float64Array.from({ length: end - start }, (_, k) => at((k + start - centre + 0.5) * (1 / stretch)));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return Int32Array.from(raw, (weight) => {
      const fixed = (sum === 0 ? weight : weight / sum) * (1 << precision);
      return Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
  });
  return { starts, weights };
}

const clip = (sum: number) => Math.max(0, Math.min(255, sum >> precision));

function resizeRows({ height, width, channels, data }: Pixels, to: number, kernel: Kernel): Pixels {
  const { starts, weights } = tapsOf(width, to, kernel);
  const out = new Uint8Array(height * to * channels);
  for (let row = 0, write = 0; row < height; row++)
    for (let x = 0; x < to; x++) {
      const taps = weights[x]!;
      const start = (row * width + starts[x]!) * channels;
      for (let channel = 0; channel < channels; channel++, write++) {
        let sum = half;
        for (let k = 0, at = start + channel; k < taps.length; k++, at += channels) sum += data[at]! * taps[k]!;
        out[write] = clip(sum);
      }
    }
  return { height, width: to, channels, data: out };
}

function resizeColumns({ height, width, channels, data }: Pixels, to: number, kernel: Kernel): Pixels {
  const { starts, weights } = tapsOf(height, to, kernel);
  const stride = width * channels;
  const out = new Uint8Array(to * stride);
  for (let y = 0; y < to; y++) {
    const taps = weights[y]!;
    const start = starts[y]! * stride;
    for (let x = 0; x < stride; x++) {
      let sum = half;
      for (let k = 0, at = start + x; k < taps.length; k++, at += stride) sum += data[at]! * taps[k]!;
      out[y * stride + x] = clip(sum);
    }
  }
  return { height: to, width, channels, data: out };
}
