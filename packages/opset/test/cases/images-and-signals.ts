import type { Case } from "./case.ts";

export const imagesAndSignals: readonly Case[] = [
  {
    name: "RoiAlign 16: no pixel shift",
    from: 10,
    to: 16,
    before: `g (float[1, 1, 6, 6] x) => (y) <float[1, 4] r = {0.5, 1, 3.5, 4}, int64[1] b = {0}> {
      y = RoiAlign <output_height = 2, output_width = 3, sampling_ratio = 2> (x, r, b)
    }`,
    after: `g (float[1, 1, 6, 6] x) => (y) <float[1, 4] r = {0.5, 1, 3.5, 4}, int64[1] b = {0}> {
      y = RoiAlign <output_height = 2, output_width = 3, sampling_ratio = 2, coordinate_transformation_mode = "output_half_pixel"> (x, r, b)
    }`,
  },
  {
    name: "AveragePool 19 over the whole image becomes GlobalAveragePool",
    from: 7,
    to: 19,
    before: `g (float[N, 3, 7, 5] x) => (y, z) {
      y = AveragePool <kernel_shape = [7, 5], pads = [0, 0, 0, 0], strides = [1, 1]> (x)
      z = AveragePool <kernel_shape = [7, 5], strides = [7, 5]> (x)
    }`,
    after: `g (float[N, 3, 7, 5] x) => (y, z) {
      y = GlobalAveragePool (x)
      z = AveragePool <kernel_shape = [7, 5], strides = [7, 5]> (x)
    }`,
  },
  {
    name: "GridSample 20: modes are renamed",
    from: 16,
    to: 20,
    before: `g (float[1, 1, 4, 4] x, float[1, 3, 3, 2] p) => (a, b, c) {
      a = GridSample <mode = "bilinear"> (x, p)
      b = GridSample <mode = "bicubic", padding_mode = "border"> (x, p)
      c = GridSample (x, p)
    }`,
    after: `g (float[1, 1, 4, 4] x, float[1, 3, 3, 2] p) => (a, b, c) {
      a = GridSample <mode = "linear"> (x, p)
      b = GridSample <mode = "cubic", padding_mode = "border"> (x, p)
      c = GridSample (x, p)
    }`,
  },
  {
    name: "DFT 20: the axis becomes an input, unless it is the last of the signal",
    from: 17,
    to: 20,
    before: `g (float[2, 8, 4, 1] x, float[2, 8, 1] z) => (a, b) <int64 n = {6}> {
      a = DFT <axis = 1, onesided = 1> (x, n)
      b = DFT (z)
    }`,
    after: `g (float[2, 8, 4, 1] x, float[2, 8, 1] z) => (a, b) <int64 n = {6}, int64 axis = {1}> {
      a = DFT <onesided = 1> (x, n, axis)
      b = DFT (z)
    }`,
  },
];
