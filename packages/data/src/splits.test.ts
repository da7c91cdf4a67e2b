import { describe, expect, it } from "vitest";
import { splitIndices } from "./splits.ts";

const plan = { validation: 0.2, test: 0.1, seed: 3 };

describe("splitIndices", () => {
  it("gives every sample to one split, in the shares asked for", () => {
    const { train, validation, test } = splitIndices(100, plan);
    expect([train.length, validation.length, test.length]).toEqual([70, 20, 10]);
    expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("draws the same again, and something else for another seed", () => {
    expect(splitIndices(100, plan)).toEqual(splitIndices(100, plan));
    expect(splitIndices(100, { ...plan, seed: 4 })).not.toEqual(splitIndices(100, plan));
  });

  it("splits every class in the same ratio", () => {
    const strata = Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? "rare" : "common"));
    const { validation, test } = splitIndices(200, { ...plan, strata });
    const rare = (indices: readonly number[]) => indices.filter((i) => strata[i] === "rare").length;
    expect([rare(validation), validation.length, rare(test), test.length]).toEqual([4, 40, 2, 20]);
  });

  it("gives both splits their share where every class has one sample", () => {
    const strata = Array.from({ length: 100 }, (_, i) => `${i}`);
    const { train, validation, test } = splitIndices(100, { validation: 0.4, test: 0.4, seed: 1, strata });
    expect([train.length, validation.length, test.length]).toEqual([20, 40, 40]);
  });

  it("never parts a group", () => {
    const groups = Array.from({ length: 90 }, (_, i) => `${Math.floor(i / 3)}`);
    const parts = splitIndices(90, { ...plan, groups });
    const of = (indices: readonly number[]) => new Set(indices.map((i) => groups[i]));
    const sizes = [of(parts.train).size, of(parts.validation).size, of(parts.test).size];
    expect(sizes).toEqual([21, 6, 3]);
    expect(sizes.reduce((a, b) => a + b)).toBe(30);
  });

  it("leaves something to train on", () => {
    expect(() => splitIndices(10, { validation: 0.5, test: 0.5, seed: 0 })).toThrow(
      "DATA_SPLIT: the shares of the splits leave nothing to train on (expected together less than 1, got validation 0.5, test 0.5).",
    );
  });
});
