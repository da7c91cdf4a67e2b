import type { Case } from "./case.ts";

const belowSeven = "ONNX Runtime knows opset 7 and later";

export const firstOpsets: readonly Case[] = [
  {
    name: "experiments end at 10",
    from: 7,
    to: 10,
    before: `g (float[1, 2, 5, 6] x) => (a, b, c, d, e) {
      a = ImageScaler <scale = 0.5, bias = [0.25, 1.5]> (x)
      b = ImageScaler <bias = [0.25, 1.5]> (x)
      c = Affine <alpha = 2.5, beta = 0.1> (x)
      d = Scale <scale = 3.0> (x)
      e = Crop <border = [1, 2, 1, 0]> (x)
    }`,
    after: `g (float[1, 2, 5, 6] x) => (a, b, c, d, e) <
      float factor = {0.5}, float[2, 1, 1] bias = {0.25, 1.5}, float factor_2 = {2.5}, float beta = {0.1},
      float scale = {3}, int64[2] starts = {2, 1}, int64[2] ends = {9223372036854775807, -1}, int64[2] axes = {2, 3}
    > {
      mul_out = Mul (x, factor)
      a = Add (mul_out, bias)
      b = Add (x, bias)
      mul_out_2 = Mul (x, factor_2)
      c = Add (mul_out_2, beta)
      d = Mul (x, scale)
      e = Slice (x, starts, ends, axes)
    }`,
  },
  {
    name: "experiments end at 10, last bits differ",
    from: 9,
    to: 10,
    before: `g (float[1, 2, 5, 6] x) => (a, b, c) <int64[1] s = {1}, int64[1] t = {3}> {
      a = ScaledTanh <alpha = 2.0, beta = 0.5> (x)
      b = ParametricSoftplus <alpha = 2.0, beta = 0.5> (x)
      c = DynamicSlice (x, s, t, s)
    }`,
    after: `g (float[1, 2, 5, 6] x) => (a, b, c) <int64[1] s = {1}, int64[1] t = {3}, float factor = {0.5}, float alpha = {2}> {
      mul_out = Mul (x, factor)
      tanh_out = Tanh (mul_out)
      a = Mul (tanh_out, alpha)
      mul_out_2 = Mul (x, factor)
      softplus_out = Softplus (mul_out_2)
      b = Mul (softplus_out, alpha)
      c = Slice (x, s, t, s)
    }`,
  },
  {
    name: "Crop to a size",
    from: 9,
    to: 13,
    before: "g (float[1, 2, 5, 6] x) => (y) { y = Crop <border = [1, 2, 0, 0], scale = [2, 4]> (x) }",
    after: `g (float[1, 2, 5, 6] x) => (y) <int64[2] starts = {2, 1}, int64[2] ends = {4, 5}, int64[2] axes = {2, 3}> {
      y = Slice (x, starts, ends, axes)
    }`,
  },
  {
    name: "Add 7: [C] over axis 1 of [N, C, H, W] becomes [C, 1, 1]",
    from: 6,
    to: 9,
    before: `g (float[N, 2, H, W] x, float[2] z) => (a, b) <float[2] c = {1, 2}> {
      a = Add <axis = 1, broadcast = 1> (x, c)
      b = Mul <axis = 1, broadcast = 1> (a, z)
    }`,
    after: `g (float[N, 2, H, W] x, float[2] z) => (a, b) <float[2, 1, 1] c = {1, 2}, int64[3] shape = {0, 1, 1}> {
      a = Add (x, c)
      reshape_out = Reshape (z, shape)
      b = Mul (a, reshape_out)
    }`,
    notRun: belowSeven,
  },
  {
    name: "Sub 7 aligned at the end already",
    from: 6,
    to: 7,
    before:
      "g (float[N, 2, 3] x) => (a, b) <float[3] c = {1, 2, 3}> { a = Sub <broadcast = 1> (x, c) b = Sub <axis = 2, broadcast = 1> (x, c) }",
    after: "g (float[N, 2, 3] x) => (a, b) <float[3] c = {1, 2, 3}> { a = Sub (x, c) b = Sub (x, c) }",
    notRun: belowSeven,
  },
  {
    name: "PRelu 7: slopes of channels",
    from: 6,
    to: 9,
    before: "g (float[N, 2, H, W] x) => (y) <float[2] s = {0.1, 0.2}> { y = PRelu (x, s) }",
    after: "g (float[N, 2, H, W] x) => (y) <float[2, 1, 1] s = {0.1, 0.2}> { y = PRelu (x, s) }",
    notRun: belowSeven,
  },
  {
    name: "LSTM 7 without output_sequence, Split 2 with its axis said",
    from: 1,
    to: 7,
    before: `g (float[4, 1, 2] x) => (y, a) <float[1, 4, 2] w = random(1), float[1, 4, 1] r = random(2)> {
      y = LSTM <hidden_size = 1, output_sequence = 1> (x, w, r)
      a, b = Split <axis = 0> (x)
    }`,
    after: `g (float[4, 1, 2] x) => (y, a) <float[1, 4, 2] w = random(1), float[1, 4, 1] r = random(2)> {
      y = LSTM <hidden_size = 1> (x, w, r)
      a, b = Split <axis = 0> (x)
    }`,
    notRun: belowSeven,
  },
  {
    name: "hints and switches that end before 8",
    from: 5,
    to: 8,
    before: `g (float[2, 3] x) => (a, c, d, e) <float[3, 3] w = random(1), float[3] z = random(2), float[3] v = splat(1)> {
      a = Relu <consumed_inputs = [0]> (x)
      b = Gemm <broadcast = 1> (x, w, z)
      c = Dropout <consumed_inputs = [0], is_test = 1, ratio = 0.5> (b)
      d = Cast <to = "DOUBLE"> (x)
      e = BatchNormalization <consumed_inputs = [0, 0, 0, 1, 1], is_test = 1> (x, z, z, z, v)
    }`,
    after: `g (float[2, 3] x) => (a, c, d, e) <float[3, 3] w = random(1), float[3] z = random(2), float[3] v = splat(1)> {
      a = Relu (x)
      b = Gemm (x, w, z)
      c = Dropout <ratio = 0.5> (b)
      d = Cast <to = 11> (x)
      e = BatchNormalization (x, z, z, z, v)
    }`,
    notRun: belowSeven,
  },
  {
    name: "the first opsets",
    from: 1,
    to: 7,
    before: `g (float[1, 2, 4, 4] x) => (a, b, c, d, e, f) {
      a = Concat (x, x)
      b = Pad <paddings = [0, 0, 1, 1, 0, 0, 1, 1]> (x)
      c = GlobalLpPool <p = 2.0> (x)
      d = Reshape <shape = [2, 16]> (x)
      e = Selu <gamma = 1.25> (x)
      f = Upsample <height_scale = 2.0, mode = "bilinear", width_scale = 3.0> (x)
    }`,
    after: `g (float[1, 2, 4, 4] x) => (a, b, c, d, e, f) {
      a = Concat <axis = 1> (x, x)
      b = Pad <pads = [0, 0, 1, 1, 0, 0, 1, 1]> (x)
      c = GlobalLpPool <p = 2> (x)
      shape = Constant <value = int64[2] {2, 16}> ()
      d = Reshape (x, shape)
      e = Selu <gamma = 1.25, alpha = 1.6732> (x)
      f = Upsample <mode = "linear", scales = [1.0, 1.0, 2.0, 3.0]> (x)
    }`,
    notRun: belowSeven,
  },
];
