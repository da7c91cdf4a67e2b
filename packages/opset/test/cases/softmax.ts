import type { Case } from "./case.ts";

export const softmax: readonly Case[] = [
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
];
