import { readdirSync } from "node:fs";
import { bufferCollector, stringTensor, tensorOf } from "@pare/tensor";
import { expect, it } from "vitest";
import { classTarget, type Dataset } from "./dataset.ts";
import { keepDecoded } from "./keep-decoded.ts";

/** Sample i: three bytes of value i and one float; it notes what was read. Late as from a file, or at once. */
function counted(length: number, isLate: boolean): { readonly dataset: Dataset; readonly reads: number[] } {
  const reads: number[] = [];
  const make = (index: number) => {
    reads.push(index);
    const fields = new Map([
      ["image", tensorOf("uint8", [3, 1, 1], [index, index, index])],
      ["x", tensorOf("float32", [1], [index / 4])],
    ]);
    return { id: `#${index}`, fields, target: classTarget(index % 2) };
  };
  const dataset: Dataset = {
    ...{ name: "counted", length, classes: ["a", "b"], fields: ["image", "x"], digest: async () => "counted" },
    sample: isLate ? async (index) => make(index) : make,
  };
  return { dataset, reads };
}

it.each([true, false])("reads each sample once and gives the same ever after (late: %s)", async (isLate) => {
  const { dataset, reads } = counted(3, isLate);
  const kept = keepDecoded(dataset, 1000);
  const bytes = async (set: Dataset) => {
    const all = [];
    for (const index of [2, 0, 1]) {
      const { id, target, fields } = await set.sample(index);
      const tensors = [...fields].map(([name, { dtype, shape, source }]) => ({
        ...{ name, dtype, shape, bytes: [...source.read(0, source.size)] },
      }));
      all.push({ id, target, tensors });
    }
    return all;
  };
  const original = await bytes(dataset);
  reads.length = 0;
  for (let epoch = 0; epoch < 3; epoch++) expect(await bytes(kept)).toEqual(original);
  expect(reads).toEqual([2, 0, 1]);
});

it("keeps no more than the bound: 7 bytes a sample here", async () => {
  const { dataset, reads } = counted(5, true);
  const kept = keepDecoded(dataset, 15);
  for (let epoch = 0; epoch < 2; epoch++) for (let i = 0; i < 5; i++) await kept.sample(i);
  expect(reads).toEqual([0, 1, 2, 3, 4, 2, 3, 4]);
});

it("its file is closed when the data set is gone", async () => {
  const collect = bufferCollector();
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  for (let set = 0; set < 300; set++) {
    await keepDecoded(counted(2, true).dataset, 1000).sample(0);
    collect(4 * 1024 * 1024);
    if (set % 10 === 0) await new Promise((done) => setTimeout(done, 1));
  }
  expect(open() - before).toBeLessThan(100);
});

it("where nothing can be written every sample is made anew", async () => {
  const { dataset, reads } = counted(2, false);
  const kept = keepDecoded(dataset, 1000);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = "/nosuch";
  try {
    for (let epoch = 0; epoch < 2; epoch++) for (let i = 0; i < 2; i++) expect((await kept.sample(i)).id).toBe(`#${i}`);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  expect(reads).toEqual([0, 1, 0, 1]);
});

it("takes samples of any size and type", async () => {
  const tensors = [stringTensor([2], ["a", "longer"]), tensorOf("uint8", [5_000_000], new Array(5_000_000).fill(7))];
  const dataset: Dataset = {
    ...{ name: "any", length: 2, classes: [], fields: ["x"], digest: async () => "any" },
    sample: (index) => ({ id: `${index}`, fields: new Map([["x", tensors[index]!]]), target: undefined }),
  };
  const kept = keepDecoded(dataset, 1e7);
  for (const epoch of [0, 1])
    for (const index of [0, 1]) {
      const { source, shape } = (await kept.sample(index)).fields.get("x")!;
      const original = tensors[index]!;
      expect(shape).toEqual(original.shape);
      expect(Buffer.compare(source.read(0, source.size), original.source.read(0, source.size)), `epoch ${epoch}`).toBe(
        0,
      );
    }
});
