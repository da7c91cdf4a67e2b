import type { Case } from "./case.ts";

const noKernel = "ONNX Runtime has no kernel for it";

export const attributesToInputs: readonly Case[] = [
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
    name: "Scatter 11 is called ScatterElements",
    from: 9,
    to: 11,
    before: "g (float[3, 2] x, float[1, 2] u) => (y) <int64[1, 2] i = {2, 0}> { y = Scatter <axis = 0> (x, i, u) }",
    after:
      "g (float[3, 2] x, float[1, 2] u) => (y) <int64[1, 2] i = {2, 0}> { y = ScatterElements <axis = 0> (x, i, u) }",
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
