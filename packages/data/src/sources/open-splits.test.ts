import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32s, numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { classOf, type Dataset } from "../dataset.ts";
import { openSplits } from "./open-splits.ts";

const root = mkdtempSync(join(tmpdir(), "pare-splits-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const context = { resolve: (path: string) => join(root, path), seed: 0 };
const shares = { validation: 0.25, test: 0.25, stratify: true, seed: 1 };

function put(name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return name;
}

async function field(dataset: Dataset | undefined, index: number, name: string): Promise<number[]> {
  const tensor = (await dataset!.sample(index)).fields.get(name)!;
  return [...(tensor.dtype === "float32" ? float32s(tensor) : numbers(tensor))];
}

describe("a table", () => {
  /** Forty rows; x is the row's number, and every fourth is of class b. */
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 4 === 0 ? "b" : "a"},g${i >> 2}`);
  const table = put("t.csv", `x,y,g\n${rows.join("\n")}\n`);

  it("is standardised by what is left for training", async () => {
    const source = { table, target: "y", ignore: ["g"] };
    const { train, test } = await openSplits({ train: source, split: shares }, context, ["train", "test"]);
    // Of a class of thirty 7.5, rounded, and of a class of ten 2.5, rounded.
    expect([train!.length, test!.length]).toEqual([20, 8 + 3]);
    const values = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await field(train, i, "x"))[0]!));
    const mean = values.reduce((sum, value) => sum + value, 0) / 20;
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / 20;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 5);
    const positives = Array.from({ length: 20 }, (_, i) => classOf(train!.targetOf!(i)));
    expect(positives.filter((label) => label === 1)).toHaveLength(5);
  });

  it("keeps groups whole", async () => {
    const source = { table, target: "y", group: "g" };
    const { train, test } = await openSplits({ train: source, split: { ...shares, validation: 0 } }, context, [
      "train",
      "test",
    ]);
    const groups = async (dataset: Dataset) =>
      new Set(
        await Promise.all(
          Array.from({ length: dataset.length }, async (_, i) => (Number((await dataset.sample(i)).id) - 1) >> 2),
        ),
      );
    const [inTrain, inTest] = [await groups(train!), await groups(test!)];
    expect([...inTrain].filter((group) => inTest.has(group))).toEqual([]);
    expect(inTrain.size + inTest.size).toBe(10);
  });

  it("applies what training found to a test table of its own", async () => {
    const other = put("u.csv", "x,y\n19.5,b\n");
    const train = { table, target: "y", ignore: ["g"] };
    const { test } = await openSplits({ train, test: { table: other, target: "y" } }, context, ["test"]);
    expect((await field(test, 0, "x"))[0]).toBeCloseTo(0, 6);
    expect(classOf((await test!.sample(0)).target)).toBe(1);
  });

  it("needs training data, unless nothing is to be found on it", async () => {
    const test = { table, target: "y", ignore: ["g"] };
    await expect(openSplits({ test }, context, ["test"])).rejects.toThrow(
      "DATA_FIT at t.csv: categories and scales of a table are found on training data, and there is none. Add `data.train`",
    );
    const plain = await openSplits({ test: { ...test, standardise: false } }, context, ["test"]);
    expect(await field(plain.test, 7, "x")).toEqual([7]);
  });
});

describe("other data", () => {
  it("is cut by share, stratified; a split with a source of its own takes none", async () => {
    const glyphs = { generated: "glyphs", samples: 100, seed: 1 };
    const wanted = ["train", "validation", "test"] as const;
    const cut = await openSplits({ train: glyphs, split: shares }, context, wanted);
    // Two and a half of every class of ten, rounded up one after the other.
    expect([cut.train!.length, cut.validation!.length, cut.test!.length]).toEqual([50, 20, 30]);
    const own = await openSplits({ train: glyphs, test: glyphs, split: shares }, context, wanted);
    expect([own.train!.length, own.test!.length, own.test!.name]).toEqual([70, 100, "glyphs/test"]);
  });

  it("takes its vocabulary and classes from the training text", async () => {
    put("a.tsv", "abc\tyes\nb\tno\n");
    put("b.tsv", "cz\tno\n");
    const like = (text: string) => ({
      text,
      columns: ["t", "y"],
      column: "t",
      target: "y",
      tokenizer: "characters",
      "max-length": 3,
    });
    const { test } = await openSplits({ train: like("a.tsv"), test: like("b.tsv") }, context, ["test"]);
    expect(await field(test, 0, "ids")).toEqual([2, 3, 3]);
    expect([test!.classes, classOf((await test!.sample(0)).target)]).toEqual([["no", "yes"], 0]);
  });

  it("reads part of a text with the characters of the whole", async () => {
    put("l.txt", "abababcc");
    const language = { language: "l.txt", tokenizer: "characters", length: 4, range: [0.5, 1] } as const;
    const { test } = await openSplits({ test: language }, context, ["test"]);
    expect(await field(test, 0, "ids")).toEqual([0, 1, 2, 3]);
  });
});
