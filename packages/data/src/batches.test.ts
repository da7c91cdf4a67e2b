import { float32s, numbers, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { type Batch, type BatchOptions, batches } from "./batches.ts";
import { classOf, classTarget, type Dataset } from "./dataset.ts";

/** Five samples with one field; by default images of one pixel and one channel, 10, 11, …. They come late, as from a file. */
function tiny(
  tensor = (index: number) => tensorOf("uint8", [1, 1, 1], [10 + index]),
  { field = "image", length = 5 } = {},
): Dataset {
  return {
    name: "tiny",
    length,
    classes: ["a", "b", "c", "d", "e"],
    fields: [field],
    sample: async (index) => ({
      id: `#${index}`,
      fields: new Map([[field, tensor(index)]]),
      target: classTarget(index),
    }),
    digest: async () => "tiny",
  };
}

const image = ({ inputs }: Batch) => inputs.get("image")!;

async function collect(dataset: Dataset, options: BatchOptions): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(dataset, options)) all.push(batch);
  return all;
}

const plain = { transform: { scale: 1 } };

describe("batches", () => {
  it("gives all samples in order; the last batch is smaller", async () => {
    const all = await collect(tiny(), { batch: 2, ...plain });
    expect(all.map((batch) => [...float32s(image(batch))])).toEqual([[10, 11], [12, 13], [14]]);
    expect(all.map((batch) => image(batch).shape)).toEqual([
      [2, 1, 1, 1],
      [2, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(all.map(({ targets }) => targets.map(classOf))).toEqual([[0, 1], [2, 3], [4]]);
    expect(all.map(({ ids }) => ids)).toEqual([["#0", "#1"], ["#2", "#3"], ["#4"]]);
    expect(all.map(({ first }) => first)).toEqual([0, 2, 4]);
  });

  it("fills the last batch up when asked; targets tell how many count", async () => {
    const all = await collect(tiny(), { batch: 4, pad: true, ...plain });
    expect(all.map((batch) => [...float32s(image(batch))])).toEqual([
      [10, 11, 12, 13],
      [14, 14, 14, 14],
    ]);
    expect(all[1]!.targets.map(classOf)).toEqual([4]);
  });

  it("puts the axes where the layout wants them", async () => {
    const wide = tiny(() => tensorOf("uint8", [1, 2, 3], [0, 1, 2, 3, 4, 5]));
    const [planar] = await collect(wide, { batch: 1, transform: { scale: 1, layout: "NCHW" } });
    const [packed] = await collect(wide, { batch: 1, transform: { scale: 1, layout: "NHWC" } });
    expect(image(planar!).shape).toEqual([1, 3, 1, 2]);
    expect([...float32s(image(planar!))]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(image(packed!).shape).toEqual([1, 1, 2, 3]);
    expect([...float32s(image(packed!))]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([0, 1.5, -2])("refuses a batch of %d", async (batch) => {
    await expect(collect(tiny(), { batch })).rejects.toThrow("DATA_BATCH: the batch size is not a positive integer");
  });

  it("refuses images of different sizes in one batch", async () => {
    const mixed = tiny((index) => tensorOf("uint8", [1, 1 + index, 1], new Array(1 + index).fill(0)));
    await expect(collect(mixed, { batch: 2 })).rejects.toThrow(
      'DATA_TYPE at "image" of sample #1 of tiny: the sample cannot go into this batch (expected uint8 [1, 1, 1], got uint8 [1, 2, 1]).',
    );
  });

  it("stacks what is no image as it is", async () => {
    const rows = tiny((index) => tensorOf("int64", [2], [index, -index]), { field: "ids", length: 3 });
    const [whole] = await collect(rows, { batch: 3 });
    const ids = whole!.inputs.get("ids")!;
    expect([ids.dtype, ids.shape, numbers(ids)]).toEqual([
      "int64",
      [3, 2],
      Float64Array.of(0, -0, 1, -1, 2, -2).map((x) => x + 0),
    ]);
  });

  it("refuses a field that the samples do not have", async () => {
    await expect(collect(tiny(), { batch: 2, fields: ["text"] })).rejects.toThrow(
      'DATA_FIELD at sample #0 of tiny: there is no field "text" (expected image).',
    );
  });

  it("asks for samples ahead, but for no more than two batches or 256 small ones, and not for all of them at once", async () => {
    let asked = 0;
    const count = tiny(
      (index) => {
        asked++;
        return tensorOf("uint8", [1, 1, 1], [index]);
      },
      { length: 1000 },
    );
    const most: number[] = [];
    for await (const { first } of batches(count, { batch: 1 })) most.push(asked - first);
    expect(most[1]).toBeLessThanOrEqual(32);
    expect(Math.max(...most)).toBe(256);
    expect(Math.min(...most.slice(20, 700))).toBeGreaterThan(120);
    expect(asked).toBe(1000);
  });

  it("reports a fault in a sample when its turn has come", async () => {
    const broken = tiny((index) => {
      if (index === 3) throw new Error("sample 3 is broken");
      return tensorOf("uint8", [1, 1, 1], [index]);
    });
    const seen: number[] = [];
    const run = async () => {
      for await (const { first } of batches(broken, { batch: 1 })) seen.push(first);
    };
    await expect(run()).rejects.toThrow("sample 3 is broken");
    expect(seen).toEqual([0, 1, 2]);
  });

  it("reports the first of several faults in a batch, whichever came to light first", async () => {
    const late: Dataset = {
      ...tiny(),
      sample: (index) =>
        new Promise((_, reject) => setTimeout(() => reject(new Error(`sample ${index} is broken`)), 20 - 4 * index)),
    };
    await expect(collect(late, { batch: 5 })).rejects.toThrow("sample 0 is broken");
  });

  it("begins with a later batch, in the same order, and does not read what is left out", async () => {
    const read: number[] = [];
    const watched: Dataset = {
      ...tiny(),
      sample(index) {
        read.push(index);
        return tiny().sample(index);
      },
    };
    for (const shuffle of [false, true]) {
      const options = { batch: 2, ...plain, shuffle, seed: 4, epoch: 1 };
      const all = await collect(tiny(), options);
      read.length = 0;
      const rest = await collect(watched, { ...options, from: 1 });
      expect(rest).toEqual(all.slice(1));
      expect(read).toHaveLength(3);
      expect(await collect(tiny(), { ...options, from: 3 })).toEqual([]);
    }
  });

  it("has another order in every epoch, the same in a rerun, every sample once", async () => {
    const order = async (epoch: number, batch: number) =>
      (await collect(tiny(), { batch, ...plain, shuffle: true, seed: 4, epoch })).flatMap(({ ids }) => ids);
    const orders = await Promise.all([0, 1, 2, 3].map((epoch) => order(epoch, 2)));
    for (const ids of orders) expect(ids.toSorted()).toEqual(["#0", "#1", "#2", "#3", "#4"]);
    expect(new Set(orders.map((ids) => ids.join())).size).toBeGreaterThan(2);
    expect(await order(1, 3)).toEqual(orders[1]);
  });

  it("leaves the smaller last batch out when asked, and no full one", async () => {
    const lengths = async (batch: number) =>
      (await collect(tiny(), { batch, ...plain, dropLast: true })).map(({ ids }) => ids.length);
    expect([await lengths(2), await lengths(5), await lengths(6)]).toEqual([[2, 2], [5], []]);
  });
});
