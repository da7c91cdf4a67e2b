import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tensorBytes } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { classOf } from "../dataset.ts";
import { cifarImages } from "./cifar.ts";
import { idxImages } from "./idx.ts";

const root = mkdtempSync(join(tmpdir(), "pare-arrays-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, bytes: readonly number[] | Uint8Array): string {
  writeFileSync(join(root, name), Uint8Array.from(bytes));
  return join(root, name);
}

/** Three images of one row and two columns, and their labels. */
const images = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 10, 11, 20, 21, 30, 31];
const labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 2];

describe("idxImages", () => {
  it.each(["plain", "gzip"])("reads images and labels: %s", async (form) => {
    const write = (name: string, bytes: number[]) =>
      form === "gzip" ? put(`${name}.gz`, gzipSync(Uint8Array.from(bytes))) : put(name, bytes);
    const dataset = await idxImages({ images: write("images", images), labels: write("labels", labels) });
    expect([dataset.length, dataset.classes.length]).toEqual([3, 8]);
    const { id, fields, target } = await dataset.sample(1);
    expect([id, fields.get("image")!.shape, classOf(target)]).toEqual(["1", [1, 2, 1], 0]);
    expect([...tensorBytes(fields.get("image")!)]).toEqual([20, 21]);
  });

  it.each<[string, () => Parameters<typeof idxImages>[0], string]>([
    [
      "labels as images",
      () => ({ images: put("l", labels) }),
      "these are no images (expected [samples, height, width], got [3])",
    ],
    ["too few bytes", () => ({ images: put("s", images.slice(0, -1)) }), "(expected 22 bytes, got 21)"],
    ["something else", () => ({ images: put("x", [80, 75, 3, 4]) }), "this is no IDX file of bytes"],
    [
      "other labels",
      () => ({ images: put("i", images), labels: put("m", [0, 0, 8, 1, 0, 0, 0, 1, 7]) }),
      "(expected [3], got [1])",
    ],
    [
      "labels that are all the same",
      () => ({ images: put("i", images), labels: put("o", [0, 0, 8, 1, 0, 0, 0, 3, 7, 7, 7]) }),
      "all samples are of one class (expected at least two among the labels, got only 7). Give samples of other classes too",
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(idxImages(options())).rejects.toThrow(message);
  });
});

describe("cifarImages", () => {
  const record = (labelBytes: readonly number[], red: number) => [
    ...labelBytes,
    ...new Array(1024).fill(red),
    ...new Array(1024).fill(red + 1),
    ...new Array(1024).fill(red + 2),
  ];

  it("reads planes as pixels, over several files", async () => {
    const paths = [put("1.bin", [...record([3], 10), ...record([9], 20)]), put("2.bin", record([0], 30))];
    const dataset = await cifarImages({ paths });
    expect([dataset.length, dataset.classes.length]).toEqual([3, 10]);
    const samples = await Promise.all([0, 1, 2].map((i) => dataset.sample(i)));
    expect(samples.map(({ target }) => classOf(target))).toEqual([3, 9, 0]);
    expect([...tensorBytes(samples[2]!.fields.get("image")!).subarray(0, 6)]).toEqual([30, 31, 32, 30, 31, 32]);
  });

  it("takes the fine or the coarse label of CIFAR-100", async () => {
    const paths = [put("100.bin", record([4, 77], 0))];
    expect(classOf((await (await cifarImages({ paths, classes: 100 })).sample(0)).target)).toBe(77);
    expect(classOf((await (await cifarImages({ paths, classes: 20 })).sample(0)).target)).toBe(4);
    await expect(cifarImages({ paths })).rejects.toThrow(
      "these are no CIFAR records (expected a multiple of 3073 bytes",
    );
  });
});
