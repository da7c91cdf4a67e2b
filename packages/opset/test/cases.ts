import { type Model, parseModel } from "@pare/ir";
import { irVersionFor } from "../src/ir-version.ts";

/** One rewrite: a graph at opset `from` in the text form, and the same at opset `to`. */
export interface Case {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** Why ONNX Runtime cannot run it; the text alone is compared then. */
  readonly notRun?: string;
}

/** The graph as a model of this opset, of the IR version that belongs to it. */
export function modelAt(opset: number, graph: string): Model {
  return parseModel(`<ir_version: ${irVersionFor(opset)}, opset_import: ["" : ${opset}]> ${graph}`);
}

const belowSeven = "ONNX Runtime knows opset 7 and later";
const noKernel = "ONNX Runtime has no kernel for it";

export const cases: readonly Case[] = [
  {
    name: "Squeeze 13: axes become an input",
    from: 11,
    to: 13,
    before: "g (float[1, N, 1] x) => (y) { y = Squeeze <axes = [0, -1]> (x) }",
    after: "g (float[1, N, 1] x) => (y) <int64[2] axes = {0, -1}> { y = Squeeze (x, axes) }",
  },
  {
    name: "Squeeze 13 of all axes needs nothing",
    from: 11,
    to: 13,
    before: "g (float[1, N, 1] x) => (y) { y = Squeeze (x) }",
    after: "g (float[1, N, 1] x) => (y) { y = Squeeze (x) }",
  },
  {
    name: "equal axes are one constant",
    from: 12,
    to: 21,
    before: `g (float[2, 3] x) => (y, z) {
      a = Unsqueeze <axes = [0]> (x)
      y = Squeeze <axes = [0]> (a)
      z = ReduceSum <axes = [0], keepdims = 0> (x)
    }`,
    after: `g (float[2, 3] x) => (y, z) <int64[1] axes = {0}> {
      a = Unsqueeze (x, axes)
      y = Squeeze (a, axes)
      z = ReduceSum <keepdims = 0> (x, axes)
    }`,
  },
  {
    name: "ReduceSum 13 and ReduceMean 18, with and without axes",
    from: 11,
    to: 18,
    before: `g (float[2, N, 4] x) => (a, b, c, d) {
      a = ReduceSum <axes = [-1]> (x)
      b = ReduceMean <axes = [1, 2], keepdims = 0> (x)
      c = ReduceMax (x)
      d = ReduceL2 <axes: ints = [], keepdims = 0> (x)
    }`,
    after: `g (float[2, N, 4] x) => (a, b, c, d) <int64[1] axes = {-1}, int64[2] axes_2 = {1, 2}> {
      a = ReduceSum (x, axes)
      b = ReduceMean <keepdims = 0> (x, axes_2)
      c = ReduceMax (x)
      d = ReduceL2 <keepdims = 0> (x)
    }`,
  },
  {
    name: "ReduceMean stays as it is below 18",
    from: 11,
    to: 17,
    before: "g (float[2, N, 4] x) => (y) { y = ReduceMean <axes = [1]> (x) }",
    after: "g (float[2, N, 4] x) => (y) { y = ReduceMean <axes = [1]> (x) }",
  },
  {
    name: "Clip 11: limits become inputs",
    from: 7,
    to: 13,
    before:
      "g (float[N, 3] x) => (a, b, c) { a = Clip <min = -0.5, max = 0.25> (x) b = Clip <max = 0.5> (x) c = Clip (x) }",
    after: `g (float[N, 3] x) => (a, b, c) <float min = {-0.5}, float max = {0.25}, float max_2 = {0.5}> {
      a = Clip (x, min, max)
      b = Clip (x, , max_2)
      c = Clip (x)
    }`,
  },
  {
    name: "Clip 11 of an unknown element type asks CastLike",
    from: 10,
    to: 15,
    before: "g (x) => (y) { y = Clip <min = 0.0> (x) }",
    after: "g (x) => (y) <float min = {0}> { castlike_out = CastLike (min, x) y = Clip (x, castlike_out) }",
    notRun: "a graph input needs a type",
  },
  {
    name: "Pad 11: pads and value become inputs; 0 is the default",
    from: 8,
    to: 13,
    before: `g (float[2, 3] x) => (a, b, c) {
      a = Pad <pads = [0, 1, 2, 3], value = 1.5> (x)
      b = Pad <mode = "reflect", pads = [0, 1, 0, 1], value = 2.0> (x)
      c = Pad <mode = "edge", pads = [1, 1, 0, -1]> (x)
    }`,
    after: `g (float[2, 3] x) => (a, b, c) <
      int64[4] pads = {0, 1, 2, 3}, float pad_value = {1.5}, int64[4] pads_2 = {0, 1, 0, 1}, int64[4] pads_3 = {1, 1, 0, -1}
    > {
      a = Pad (x, pads, pad_value)
      b = Pad <mode = "reflect"> (x, pads_2)
      c = Pad <mode = "edge"> (x, pads_3)
    }`,
  },
  {
    name: "Slice 10: bounds become inputs",
    from: 9,
    to: 13,
    before: `g (float[4, 5] x) => (a, b) {
      a = Slice <axes = [1], starts = [1], ends = [9223372036854775807]> (x)
      b = Slice <starts = [0, -3], ends = [2, -1]> (x)
    }`,
    after: `g (float[4, 5] x) => (a, b) <
      int64[1] starts = {1}, int64[1] ends = {9223372036854775807}, int64[2] starts_2 = {0, -3}, int64[2] ends_2 = {2, -1}
    > {
      a = Slice (x, starts, ends, starts)
      b = Slice (x, starts_2, ends_2)
    }`,
  },
  {
    name: "TopK 10: k becomes an input",
    from: 9,
    to: 11,
    before: "g (float[3, 7] x) => (v, i) { v, i = TopK <axis = 1, k = 3> (x) }",
    after: "g (float[3, 7] x) => (v, i) <int64[1] k = {3}> { v, i = TopK <axis = 1> (x, k) }",
  },
  {
    name: "Split 13: sizes become an input",
    from: 11,
    to: 13,
    before: "g (float[2, 7] x) => (a, b) { a, b = Split <axis = 1, split = [3, 4]> (x) }",
    after: "g (float[2, 7] x) => (a, b) <int64[2] split = {3, 4}> { a, b = Split <axis = 1> (x, split) }",
  },
  {
    name: "Split 18: equal parts are counted",
    from: 7,
    to: 18,
    before: "g (float[6, 4] x) => (a, b, c) { a, b, c = Split (x) }",
    after: "g (float[6, 4] x) => (a, b, c) { a, b, c = Split <num_outputs = 3> (x) }",
  },
  {
    name: "Softmax 13 over the last axis: the axis is said",
    from: 9,
    to: 13,
    before: `g (float[N, 10] x, float[2, 3, 4] z) => (a, b, c) {
      a = Softmax (x)
      b = LogSoftmax <axis = 2> (z)
      c = Softmax <axis = -1> (z)
    }`,
    after: `g (float[N, 10] x, float[2, 3, 4] z) => (a, b, c) {
      a = Softmax <axis = 1> (x)
      b = LogSoftmax <axis = 2> (z)
      c = Softmax <axis = -1> (z)
    }`,
  },
  {
    name: "Softmax 13 over one long axis among axes of size 1 stays one node",
    from: 11,
    to: 13,
    before: `g (float[N, 10, 1, 1] x, float[2, 1, 7, 1] z) => (a, b) {
      a = Softmax <axis = 1> (x)
      b = LogSoftmax <axis = -3> (z)
    }`,
    after: `g (float[N, 10, 1, 1] x, float[2, 1, 7, 1] z) => (a, b) {
      a = Softmax <axis = 1> (x)
      b = LogSoftmax <axis = 2> (z)
    }`,
  },
  {
    name: "Softmax 13 over several axes: Flatten and Reshape around, to constant sizes",
    from: 11,
    to: 13,
    before: "g (float[N, 3, M] x) => (float[N, 3, M] y) { y = Softmax (x) }",
    after: `g (float[N, 3, M] x) => (float[N, 3, M] y) <int64[3] shape = {0, 3, -1}> {
      flatten_out = Flatten <axis = 1> (x)
      y_inner = Softmax <axis = -1> (flatten_out)
      y = Reshape (y_inner, shape)
    }`,
  },
  {
    name: "Hardmax 13 over axes of sizes known only at run time, inside the graph",
    from: 10,
    to: 13,
    before: `g (float[A, B, C] x) => (y) { [h] h = Hardmax <axis = 0> (x) y = Neg (h) }`,
    after: `g (float[A, B, C] x) => (y) {
      [h_flatten] h_flatten = Flatten <axis = 0> (x)
      [h_shape] h_shape = Shape (x)
      [h] h_inner = Hardmax <axis = -1> (h_flatten)
      [h_reshape] h = Reshape (h_inner, h_shape)
      y = Neg (h)
    }`,
  },
  {
    name: "Softmax 13 of unknown rank",
    from: 11,
    to: 13,
    before: `g (float[N, 3, 2] x, int64[K] s) => (y) { r = Reshape (x, s) y = Softmax (r) }`,
    after: `g (float[N, 3, 2] x, int64[K] s) => (y) {
      r = Reshape (x, s)
      flatten_out = Flatten <axis = 1> (r)
      shape_out = Shape (r)
      y_inner = Softmax <axis = -1> (flatten_out)
      y = Reshape (y_inner, shape_out)
    }`,
    notRun: "its inputs have to agree",
  },
  {
    name: "Dropout 12: the ratio becomes an input",
    from: 7,
    to: 13,
    before: "g (float[N, 3] x) => (y, z) { y = Dropout <ratio = 0.25> (x) z, mask = Dropout (x) }",
    after: "g (float[N, 3] x) => (y, z) <float ratio = {0.25}> { y = Dropout (x, ratio) z, mask = Dropout (x) }",
  },
  {
    name: "Dropout's mask: of the data's type until 9, false until 11, true since",
    from: 7,
    to: 13,
    before: "g (float[N, 3] x) => (y, float[N, 3] mask) { y, mask = Dropout (x) }",
    after: `g (float[N, 3] x) => (y, float[N, 3] mask) {
      y, mask_inner_inner = Dropout (x)
      mask_inner = Not (mask_inner_inner)
      mask = Cast <to = 1> (mask_inner)
    }`,
  },
  {
    name: "BatchNormalization 9: spatial ends",
    from: 7,
    to: 9,
    before: `g (float[N, 2, 3] x) => (y) <float[2] s = random(1), float[2] b = random(2), float[2] m = random(3), float[2] v = splat(0.5)> {
      y = BatchNormalization <spatial = 1> (x, s, b, m, v)
    }`,
    after: `g (float[N, 2, 3] x) => (y) <float[2] s = random(1), float[2] b = random(2), float[2] m = random(3), float[2] v = splat(0.5)> {
      y = BatchNormalization (x, s, b, m, v)
    }`,
  },
  {
    name: "BatchNormalization 9: a mean of every element, over a flattened input",
    from: 7,
    to: 9,
    before: `g (float[N, 2, 3] x) => (y) <float[2, 3] s = random(1), float[2, 3] b = random(2), float[2, 3] v = splat(0.5)> {
      y = BatchNormalization <spatial = 0> (x, s, b, b, v)
    }`,
    after: `g (float[N, 2, 3] x) => (y) <float[6] s = random(1), float[6] v = splat(0.5), float[6] b_2 = random(2), int64[3] shape = {0, 2, 3}> {
      flatten_out = Flatten <axis = 1> (x)
      y_inner = BatchNormalization (flatten_out, s, b_2, b_2, v)
      y = Reshape (y_inner, shape)
    }`,
  },
  {
    name: "BatchNormalization 14: training is said",
    from: 9,
    to: 15,
    before: `g (float[4, 2, 3] x) => (y, mean) <float[2] s = random(1), float[2] b = random(2), float[2] m = random(3), float[2] v = splat(0.5)> {
      y, mean, var, saved_mean, saved_var = BatchNormalization <momentum = 0.75> (x, s, b, m, v)
    }`,
    after: `g (float[4, 2, 3] x) => (y, mean) <float[2] s = random(1), float[2] b = random(2), float[2] m = random(3), float[2] v = splat(0.5)> {
      y, mean, var = BatchNormalization <momentum = 0.75, training_mode = 1> (x, s, b, m, v)
    }`,
  },
  {
    name: "Upsample 9 becomes Resize 10",
    from: 7,
    to: 10,
    before: 'g (float[1, 2, 3, 4] x) => (y) { y = Upsample <mode = "nearest", scales = [1.0, 1.0, 2.5, 2.0]> (x) }',
    after: `g (float[1, 2, 3, 4] x) => (y) <float[4] scales = {1, 1, 2.5, 2}> { y = Resize <mode = "nearest"> (x, scales) }`,
  },
  {
    name: "Upsample 9 becomes Resize 11, which needs an empty roi",
    from: 9,
    to: 12,
    before: `g (float[1, 2, 3, 4] x) => (y) <float[4] s = {1, 1, 1.5, 2}> { y = Upsample <mode = "linear"> (x, s) }`,
    after: `g (float[1, 2, 3, 4] x) => (y) <float[4] s = {1, 1, 1.5, 2}, float[0] roi = {}> {
      y = Resize <mode = "linear", coordinate_transformation_mode = "asymmetric"> (x, roi, s)
    }`,
  },
  {
    name: "Upsample of scales known only at run time rounds down: they are 1 or more",
    from: 9,
    to: 13,
    before: "g (float[1, 2, 3, 4] x) => (y) <float[4] h = {0.5, 0.5, 1, 1.5}> { s = Add (h, h) y = Upsample (x, s) }",
    after: `g (float[1, 2, 3, 4] x) => (y) <float[4] h = {0.5, 0.5, 1, 1.5}> {
      s = Add (h, h)
      y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , s)
    }`,
  },
  {
    name: "Resize 11 that shrinks rounds up",
    from: 10,
    to: 13,
    before: `g (float[1, 2, 7, 9] x) => (y) <float[4] s = {1, 1, 0.6, 0.37}> { y = Resize (x, s) }`,
    after: `g (float[1, 2, 7, 9] x) => (y) <float[4] s = {1, 1, 0.6, 0.37}> {
      y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "ceil"> (x, , s)
    }`,
  },
  {
    name: "Resize 11 that grows along one axis and shrinks along another is two",
    from: 10,
    to: 13,
    before: `g (float[1, 2, 7, 9] x) => (y) <float[4] s = {1, 1, 1.7, 0.6}> { y = Resize (x, s) }`,
    after: `g (float[1, 2, 7, 9] x) => (y) <float[4] scales = {1, 1, 1.7, 1}, float[4] scales_2 = {1, 1, 1, 0.6}> {
      resize_out = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , scales)
      y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "ceil"> (resize_out, , scales_2)
    }`,
  },
  {
    name: "Resize 11 of scales known only at run time may do either",
    from: 10,
    to: 13,
    before: "g (float[1, 2, 7, 9] x) => (y) <float[4] h = {0, 0, 0.5, -0.5}> { s = Exp (h) y = Resize (x, s) }",
    after: `g (float[1, 2, 7, 9] x) => (y) <float[4] h = {0, 0, 0.5, -0.5}, float[1] one = {1}> {
      s = Exp (h)
      max_out = Max (s, one)
      resize_out = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , max_out)
      min_out = Min (s, one)
      y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "ceil"> (resize_out, , min_out)
    }`,
  },
  {
    name: "Resize 13: empty inputs are left out and removed",
    from: 11,
    to: 13,
    before: `g (float[1, 2, 7, 9] x) => (y) <float[0] roi = {}, float[0] none = {}, int64[4] sizes = {1, 2, 5, 5}> {
      y = Resize <mode = "linear"> (x, roi, none, sizes)
    }`,
    after: `g (float[1, 2, 7, 9] x) => (y) <int64[4] sizes = {1, 2, 5, 5}> { y = Resize <mode = "linear"> (x, , , sizes) }`,
  },
  {
    name: "Resize 13: tf_half_pixel_for_nn ends",
    from: 11,
    to: 13,
    before: `g (float[1, 1, 7, 10] x) => (y) <float[0] roi = {}, float[4] s = {1, 1, 2.3, 0.4}> {
      y = Resize <coordinate_transformation_mode = "tf_half_pixel_for_nn", mode = "nearest", nearest_mode = "floor"> (x, roi, s)
    }`,
    after: `g (float[1, 1, 7, 10] x) => (y) <float[4] s = {1, 1, 2.3, 0.4}> {
      y = Resize <coordinate_transformation_mode = "half_pixel", mode = "nearest", nearest_mode = "round_prefer_ceil"> (x, , s)
    }`,
  },
  {
    name: "Scatter 11 is called ScatterElements",
    from: 9,
    to: 11,
    before: "g (float[3, 2] x, float[1, 2] u) => (y) <int64[1, 2] i = {2, 0}> { y = Scatter <axis = 0> (x, i, u) }",
    after:
      "g (float[3, 2] x, float[1, 2] u) => (y) <int64[1, 2] i = {2, 0}> { y = ScatterElements <axis = 0> (x, i, u) }",
  },
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
  {
    name: "GroupNormalization 21: scale and bias are repeated for every channel",
    from: 18,
    to: 21,
    before: `g (float[N, 4, 3] x) => (y) <float[2] s = {2, 3}, float[2] b = {0.5, 1}> { y = GroupNormalization <num_groups = 2> (x, s, b) }`,
    after: `g (float[N, 4, 3] x) => (y) <float[2] s = {2, 3}, float[2] b = {0.5, 1}, int64[4] group_of_channel = {0, 0, 1, 1}> {
      gather_out = Gather (s, group_of_channel)
      gather_out_2 = Gather (b, group_of_channel)
      y = GroupNormalization <num_groups = 2> (x, gather_out, gather_out_2)
    }`,
  },
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
    name: "what stands behind a node in a branch is the branch's output then",
    from: 11,
    to: 13,
    before: `g (bool c, float[2, 3, 4] x) => (y) {
      y = If <
        then_branch = graph t () => (r) { r = Softmax (x) },
        else_branch = graph e () => (s) { q = Hardmax <axis = 0> (x) s = Neg (q) }
      > (c)
    }`,
    after: `g (bool c, float[2, 3, 4] x) => (y) {
      y = If <
        then_branch = graph t () => (r) <int64[3] shape = {2, 3, 4}> {
          flatten_out = Flatten <axis = 1> (x)
          r_inner = Softmax <axis = -1> (flatten_out)
          r = Reshape (r_inner, shape)
        },
        else_branch = graph e () => (s) <int64[3] shape_2 = {2, 3, 4}> {
          flatten_out_2 = Flatten <axis = 0> (x)
          q_inner = Hardmax <axis = -1> (flatten_out_2)
          q = Reshape (q_inner, shape_2)
          s = Neg (q)
        }
      > (c)
    }`,
  },
  {
    name: "If: branches are raised too, constants stand beside their users",
    from: 11,
    to: 13,
    before: `g (bool c, float[1, 2] x) => (y) {
      y = If <
        then_branch = graph t () => (r) { r = Squeeze <axes = [0]> (x) },
        else_branch = graph e () => (s) { q = Softmax (x) s = ReduceSum <axes = [0], keepdims = 0> (q) }
      > (c)
    }`,
    after: `g (bool c, float[1, 2] x) => (y) {
      y = If <
        then_branch = graph t () => (r) <int64[1] axes = {0}> { r = Squeeze (x, axes) },
        else_branch = graph e () => (s) <int64[1] axes_2 = {0}> {
          q = Softmax <axis = 1> (x)
          s = ReduceSum <keepdims = 0> (q, axes_2)
        }
      > (c)
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
  {
    name: "ReduceLogSum of floats passes 28",
    from: 18,
    to: 28,
    before: "g (float[2, 3] x) => (y) { y = ReduceLogSum (x) }",
    after: "g (float[2, 3] x) => (y) { y = ReduceLogSum (x) }",
    notRun: noKernel,
  },
];
