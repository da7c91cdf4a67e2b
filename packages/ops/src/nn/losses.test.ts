import { expect, it } from "vitest";
import { typesOf } from "../../test/one-node.ts";

it.each([
  ["float[N,5] x, int64[N] t", "y = SoftmaxCrossEntropyLoss (x, t)", "float"],
  [
    "float[N,5,2] x, int64[N,2] t",
    'y, p = SoftmaxCrossEntropyLoss <reduction = "none"> (x, t)',
    "float[N,2], float[N,5,2]",
  ],
  ["double[3,5] x, int64[3] t", 'y = NegativeLogLikelihoodLoss <reduction = "none"> (x, t)', "double[3]"],
])("%s | %s", (inputs, node, expected) => {
  expect(typesOf(inputs, node)).toBe(expected);
});
