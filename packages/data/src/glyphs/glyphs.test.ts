import { createHash } from "node:crypto";
import { tensorBytes } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { classTarget, type Dataset, type Sample } from "../dataset.ts";
import { type GlyphSplit, glyphs } from "./glyphs.ts";

const pixels = (dataset: Dataset, index: number) => tensorBytes((dataset.sample(index) as Sample).fields.get("image")!);

function hashOf(dataset: Dataset, count: number): string {
  const hash = createHash("sha256");
  for (let i = 0; i < count; i++) hash.update(pixels(dataset, i));
  return hash.digest("hex");
}

describe("glyphs", () => {
  it("has the same first 1000 training images on every machine", () => {
    expect(hashOf(glyphs({ split: "train" }), 1000)).toBe(
      "75a957462ef39dfb518bebeca7879ff34576b45b0bd6ffc441d85985a348962d",
    );
  });

  it("gives each sample the same pixels whatever was asked for before", () => {
    const dataset = glyphs({ split: "test" });
    const [forward, backward] = [
      [3, 4, 5],
      [5, 4, 3],
    ].map((order) => order.map((i) => pixels(dataset, i)));
    expect(backward).toEqual(forward!.toReversed());
  });

  it("is uint8 [32, 32, 3], ten classes in turn", () => {
    const dataset = glyphs({ split: "validation" });
    expect(dataset.classes).toHaveLength(10);
    for (const index of [0, 7, 13]) {
      const { id, fields, target } = dataset.sample(index) as Sample;
      const { dtype, shape } = fields.get("image")!;
      expect([id, dtype, shape, target]).toEqual([`${index}`, "uint8", [32, 32, 3], classTarget(index % 10)]);
    }
  });

  it("shares no image between splits or seeds", () => {
    const sets = [
      glyphs({ split: "train" }),
      glyphs({ split: "validation" }),
      glyphs({ split: "test" }),
      glyphs({ split: "train", seed: 1 }),
    ];
    const hashes = sets.flatMap((set) =>
      Array.from({ length: 50 }, (_, i) => Buffer.from(pixels(set, i)).toString("base64")),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("names its content", async () => {
    const digests = await Promise.all([
      glyphs({ split: "train" }).digest(),
      glyphs({ split: "test" }).digest(),
      glyphs({ split: "test", seed: 3 }).digest(),
      glyphs({ split: "test", length: 10 }).digest(),
    ]);
    expect(digests).toEqual([
      "glyphs-1:train:0:20000",
      "glyphs-1:test:0:2000",
      "glyphs-1:test:3:2000",
      "glyphs-1:test:0:10",
    ]);
  });

  it.each<[GlyphSplit, number]>([
    ["train", 20_000],
    ["validation", 2000],
    ["test", 2000],
  ])("%s has %d samples by default", (split, length) => {
    expect(glyphs({ split }).length).toBe(length);
  });

  it("refuses a sample it does not have, and a length it cannot make", () => {
    expect(() => glyphs({ split: "test" }).sample(2000)).toThrow(
      "DATA_INDEX at glyphs/test: there is no such sample (expected an integer from 0 to 1999, got 2000).",
    );
    expect(() => glyphs({ split: "test", length: 0 })).toThrow("DATA_SIZE at glyphs/test");
  });

  it("is never flat: the pixels of every image differ by more than 8 levels", () => {
    const dataset = glyphs({ split: "train" });
    for (let i = 0; i < 100; i++) {
      const bytes = [...pixels(dataset, i)];
      const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
      const deviation = Math.sqrt(bytes.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / bytes.length);
      expect(deviation).toBeGreaterThan(8);
    }
  });
});
