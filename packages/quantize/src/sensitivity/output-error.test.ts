import { tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { errorUnit, floatOutputs, type Outputs, outputError } from "./output-error.ts";

function outputs(values: readonly number[], shape: readonly number[], name = "y"): Outputs {
  return new Map([[name, { values: Float64Array.from(values), shape }]]);
}

describe("outputError", () => {
  it("is the mean divergence of rows of probabilities", () => {
    // KL = 0.5·ln(0.5 ÷ 0.25) + 0.5·ln(0.5 ÷ 0.75) = 0.1438; the second row is the same.
    const error = outputError([outputs([0.5, 0.5, 1, 0], [2, 2])], [outputs([0.25, 0.75, 1, 0], [2, 2])], "nats");
    expect(error).toBeCloseTo(0.1438 / 2, 4);
  });

  it("takes other rows for logits: a shift of all of them changes nothing", () => {
    const logits = outputs([2, 1, -1], [1, 3]);
    expect(outputError([logits], [outputs([7, 6, 4], [1, 3])], "nats")).toBeCloseTo(0, 12);
    // Softmax of [ln 3, 0] is [¾, ¼], of [0, 0] is [½, ½]: 0.75·ln 1.5 + 0.25·ln 0.5 = 0.1308.
    const error = outputError([outputs([Math.log(3), 0], [1, 2])], [outputs([0, 0], [1, 2])], "nats");
    expect(error).toBeCloseTo(0.1308, 4);
  });

  it("is noise over signal elsewhere, over all runs", () => {
    const reference = [outputs([3, 4], [2]), outputs([0, 5], [2])];
    expect(outputError(reference, [outputs([3, 4], [2]), outputs([1, 5], [2])], "noise")).toBe(1 / 50);
  });

  it("is infinite where a number that was finite is none, or nothing is left to compare with", () => {
    expect(outputError([outputs([1, 2], [1, 2])], [outputs([NaN, 2], [1, 2])], "nats")).toBe(Infinity);
    expect(outputError([outputs([1], [1])], [outputs([NaN], [1])], "noise")).toBe(Infinity);
    expect(outputError([outputs([0], [1])], [outputs([1], [1])], "noise")).toBe(Infinity);
    expect(outputError([outputs([0], [1])], [outputs([0], [1])], "noise")).toBe(0);
  });
});

it("scores are one row a sample; outputs that are no floats do not count", () => {
  expect(errorUnit(outputs([1, 2], [1, 2]))).toBe("nats");
  expect(errorUnit(outputs([1, 2], [2, 1]))).toBe("noise");
  expect(errorUnit(outputs([1, 2, 3, 4], [1, 2, 2]))).toBe("noise");
  const found = floatOutputs(
    new Map([
      ["boxes", tensorOf("float32", [1], [2])],
      ["count", tensorOf("int64", [1], [2])],
    ]),
  );
  expect([...found.keys()]).toEqual(["boxes"]);
});
