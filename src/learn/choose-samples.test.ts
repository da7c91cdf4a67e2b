import { classTarget, type Dataset } from "@pare/data";
import { tensorOf } from "@pare/tensor";
import { expect, it } from "vitest";
import { chooseSamples } from "./choose-samples.ts";

/** Sample i is of class `classes[i]`. */
function datasetOf(classes: readonly number[]): Dataset {
  return {
    ...{ name: "made", length: classes.length, classes: ["a", "b", "c"], fields: ["x"] },
    sample: (i) => ({
      id: `${i}`,
      fields: new Map([["x", tensorOf("float32", [1], [i])]]),
      target: classTarget(classes[i]!),
    }),
    targetOf: (i) => classTarget(classes[i]!),
    digest: async () => "made",
  };
}

/** 60 of class 0, 30 of class 1, 10 of class 2. */
const uneven = datasetOf(Array.from({ length: 100 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2)));

it("draws every class by its share, to within one sample", () => {
  const counts = [0, 0, 0];
  for (const i of chooseSamples(uneven, 20, 0)) counts[i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2]!++;
  expect(counts).toEqual([12, 6, 2]);
});

it("is ascending, without repetition, the same for a seed and another for another", () => {
  const chosen = chooseSamples(uneven, 37, 5);
  expect(chosen).toHaveLength(37);
  expect(new Set(chosen).size).toBe(37);
  expect([...chosen].sort((a, b) => a - b)).toEqual(chosen);
  expect(chooseSamples(uneven, 37, 5)).toEqual(chosen);
  expect(chooseSamples(uneven, 37, 6)).not.toEqual(chosen);
});

it("gives all where fewer are there", () => {
  expect(chooseSamples(datasetOf([0, 1]), 512, 0)).toEqual([0, 1]);
  expect(chooseSamples(datasetOf([]), 512, 0)).toEqual([]);
});
