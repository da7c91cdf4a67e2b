import type { Case } from "./case.ts";

export const resize: readonly Case[] = [
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
    name: "Resize 11 of scales known only at run time may do either, and may leave the sizes as they are",
    from: 10,
    to: 13,
    before: "g (float[1, 2, 7, 9] x) => (y) <float[4] h = {0, 0, 0.05, -0.5}> { s = Exp (h) y = Resize (x, s) }",
    after: `g (float[1, 2, 7, 9] x) => (y) <
      float[4] h = {0, 0, 0.05, -0.5}, float[1] one = {1}, float[1] scales = {2}, float[1] scales_2 = {0.5}, int64[1] axes = {-1}
    > {
      s = Exp (h)
      unsqueeze_out = Unsqueeze (x, axes)
      max_out = Max (s, one)
      concat_out = Concat <axis = 0> (max_out, scales)
      resize_out = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (unsqueeze_out, , concat_out)
      min_out = Min (s, one)
      concat_out_2 = Concat <axis = 0> (min_out, scales_2)
      y_inner = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "ceil"> (resize_out, , concat_out_2)
      y = Squeeze (y_inner, axes)
    }`,
  },
  {
    name: "Resize 11 that grows by less than an element and shrinks",
    from: 10,
    to: 13,
    before: `g (float[1, 1, 3, 2] x) => (y) <float[4] s = {1, 1, 0.84, 1.45}> { y = Resize (x, s) }`,
    after: `g (float[1, 1, 3, 2] x) => (y) <float[5] scales = {1, 1, 1, 1.45, 2}, float[5] scales_2 = {1, 1, 0.84, 1, 0.5}, int64[1] axes = {-1}> {
      unsqueeze_out = Unsqueeze (x, axes)
      resize_out = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (unsqueeze_out, , scales)
      y_inner = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "ceil"> (resize_out, , scales_2)
      y = Squeeze (y_inner, axes)
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
];
