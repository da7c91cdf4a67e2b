import { tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { classOf, classTarget, type Dataset, sliceDataset } from "./dataset.ts";

/** Sample i holds the number i. */
const counting: Dataset = {
  name: "counting",
  length: 5,
  classes: ["even", "odd"],
  fields: ["x"],
  sample: (index) => ({
    id: `${index}`,
    fields: new Map([["x", tensorOf("int64", [1], [index])]]),
    target: classTarget(index % 2),
  }),
  digest: async () => "counting",
};

describe("sliceDataset", () => {
  it("shifts the indices", async () => {
    const slice = sliceDataset(counting, 1, 4);
    expect(slice.length).toBe(3);
    expect(classOf((await slice.sample(0)).target)).toBe(1);
    expect(await slice.sample(2)).toEqual(counting.sample(3));
  });

  it("ends where the data set ends", () => {
    expect(sliceDataset(counting, 3, 100).length).toBe(2);
    expect(sliceDataset(counting, 9).length).toBe(0);
  });

  it("has a digest of its own", async () => {
    expect(await sliceDataset(counting, 1, 4).digest()).toBe("counting[1:4]");
  });

  it("refuses an index beyond its end, though the whole data set has it", () => {
    expect(() => sliceDataset(counting, 1, 4).sample(3)).toThrow(
      "DATA_INDEX at counting[1:4]: there is no such sample (expected an integer from 0 to 2, got 3).",
    );
  });
});
