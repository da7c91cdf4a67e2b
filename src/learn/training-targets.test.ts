import { classTarget, type Target } from "@pare/data";
import { numbers } from "@pare/tensor";
import { expect, it } from "vitest";
import { targetTensor } from "./training-targets.ts";

const values = (...all: number[]): Target => ({ kind: "values", values: Float64Array.from(all) });
const tokens = (...ids: number[]): Target => ({ kind: "tokens", ids: Int32Array.from(ids) });
const shown = (targets: readonly (Target | undefined)[]) => {
  const tensor = targetTensor(targets, ["a", "b"]);
  return tensor && [tensor.dtype, tensor.shape, [...numbers(tensor)]];
};

it("has one form for each kind of label", () => {
  expect(shown([classTarget(3), classTarget(0)])).toEqual(["int64", [2], [3, 0]]);
  expect(shown([values(0.5, 1), values(2, -1)])).toEqual(["float32", [2, 2], [0.5, 1, 2, -1]]);
  expect(shown([tokens(4, -1, 2), tokens(1, 1, 1)])).toEqual(["int64", [2, 3], [4, -1, 2, 1, 1, 1]]);
  expect(shown([undefined, undefined])).toBeUndefined();
});

it.each([
  [
    [classTarget(1), undefined],
    "LEARN_TARGET at sample b: its label is unlike those of the other samples (expected a class, got no label)",
  ],
  [[values(1), values(1, 2)], "(expected 1 value, got 2 values)"],
  [[tokens(1, 2), classTarget(1)], "(expected 2 tokens, got a class)"],
])("refuses labels that do not go together", (targets, message) => {
  expect(() => targetTensor(targets, ["a", "b"])).toThrow(message);
});
