import type { Case } from "./case.ts";

export const normalization: readonly Case[] = [
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
    name: "GroupNormalization 21 of doubles keeps normalising in doubles",
    from: 18,
    to: 21,
    before: `g (double[N, 2, 3] x) => (y) <double[2] s = {2, 3}, double[2] b = {0.5, 1}> { y = GroupNormalization <num_groups = 2> (x, s, b) }`,
    after: `g (double[N, 2, 3] x) => (y) <double[2] s = {2, 3}, double[2] b = {0.5, 1}> {
      y = GroupNormalization <num_groups = 2, stash_type = 11> (x, s, b)
    }`,
  },
];
