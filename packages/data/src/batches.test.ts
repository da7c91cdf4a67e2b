import { float32s, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { type Batch, type BatchOptions, batches } from "./batches.ts";
import type { Dataset, Sample } from "./dataset.ts";

/** Five images of one pixel and one channel with the values 10, 11, …; they come late, as from a file. */
function tiny(
  sample = (index: number): Sample => ({ input: tensorOf("uint8", [1, 1, 1], [10 + index]), label: index }),
): Dataset {
  return {
    name: "tiny",
    length: 5,
    classes: ["a", "b", "c", "d", "e"],
    sample: async (index) => sample(index),
    digest: async () => "tiny",
  };
}

async function collect(dataset: Dataset, options: BatchOptions): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(dataset, options)) all.push(batch);
  return all;
}

const plain = { transform: { scale: 1 } };

describe("batches", () => {
  it("gives all samples in order; the last batch is smaller", async () => {
    const all = await collect(tiny(), { batch: 2, ...plain });
    expect(all.map(({ input }) => [...float32s(input)])).toEqual([[10, 11], [12, 13], [14]]);
    expect(all.map(({ input }) => input.shape)).toEqual([
      [2, 1, 1, 1],
      [2, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(all.map(({ labels }) => [...labels])).toEqual([[0, 1], [2, 3], [4]]);
    expect(all.map(({ first }) => first)).toEqual([0, 2, 4]);
  });

  it("fills the last batch up when asked; labels tell how many count", async () => {
    const all = await collect(tiny(), { batch: 4, pad: true, ...plain });
    expect(all.map(({ input }) => [...float32s(input)])).toEqual([
      [10, 11, 12, 13],
      [14, 14, 14, 14],
    ]);
    expect([...all[1]!.labels]).toEqual([4]);
  });

  it("puts the axes where the layout wants them", async () => {
    const wide = tiny(() => ({ input: tensorOf("uint8", [1, 2, 3], [0, 1, 2, 3, 4, 5]), label: 0 }));
    const [planar] = await collect(wide, { batch: 1, transform: { scale: 1, layout: "NCHW" } });
    const [packed] = await collect(wide, { batch: 1, transform: { scale: 1, layout: "NHWC" } });
    expect(planar!.input.shape).toEqual([1, 3, 1, 2]);
    expect([...float32s(planar!.input)]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(packed!.input.shape).toEqual([1, 1, 2, 3]);
    expect([...float32s(packed!.input)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([0, 1.5, -2])("refuses a batch of %d", async (batch) => {
    await expect(collect(tiny(), { batch })).rejects.toThrow("DATA_BATCH: the batch size is not a positive integer");
  });

  it("refuses images of different sizes in one batch", async () => {
    const mixed = tiny((index) => ({
      input: tensorOf("uint8", [1, 1 + index, 1], new Array(1 + index).fill(0)),
      label: 0,
    }));
    await expect(collect(mixed, { batch: 2 })).rejects.toThrow(
      "DATA_TYPE at sample 1 of tiny: the sample cannot go into this batch (expected uint8 [1, 1, 1], got uint8 [1, 2, 1]).",
    );
  });

  it("refuses samples that are no images", async () => {
    const text = tiny(() => ({ input: tensorOf("int64", [3], [1, 2, 3]), label: 0 }));
    await expect(collect(text, { batch: 2 })).rejects.toThrow(
      "expected uint8 [height, width, channels], got int64 [3]",
    );
  });
});
