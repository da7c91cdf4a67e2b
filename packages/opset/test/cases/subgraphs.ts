import type { Case } from "./case.ts";

export const subgraphs: readonly Case[] = [
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
];
