import type { Dataset, Sample } from "@pare/data";
import { tensorOf } from "@pare/tensor";
import { expect, it } from "vitest";
import { datasetFeeds } from "./feeds.ts";

/** Samples of 256 numbers: 1 KiB. */
const data: Dataset = {
  name: "data",
  fields: ["x"],
  length: 100,
  classes: [],
  async sample(index): Promise<Sample> {
    const x = tensorOf("float32", [256], new Array(256).fill(index));
    return { id: `${index}`, fields: new Map([["x", x]]), target: undefined };
  },
  digest: async () => "data",
} as Dataset;

it.each([
  ["4 numbers", [-1, 4], 64],
  ["what makes 128 KiB a sample", [-1, 127 * 256], 32],
  ["its own size times 1024", ["N", "width", 1024], 2],
  ["more than 4 MiB", ["N", 2_000_000], 1],
])("a run has as many samples as go in and come out in 4 MiB: of %s", async (_, shape, batch) => {
  const session = {
    inputs: [{ name: "x", dtype: "float32" as const, shape: ["N", "width"] }],
    outputs: [{ name: "y", dtype: "float32" as const, shape }],
  };
  const batches: number[] = [];
  for await (const feed of datasetFeeds(data).feeds([session])) batches.push(feed.batch);
  expect(batches[0]).toBe(batch);
  expect(batches).toHaveLength(Math.ceil(100 / batch));
});
