import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32s, numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { classOf, type Dataset } from "../dataset.ts";
import { openSplits } from "./open-splits.ts";
import type { SourceSpec } from "./source-spec.ts";

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
    // Of a class of ten 2.5, rounded up, and of a class of thirty the rest of a quarter of forty.
    expect([train!.length, test!.length]).toEqual([20, 3 + 7]);
    const values = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await field(train, i, "x"))[0]!));
    const mean = values.reduce((sum, value) => sum + value, 0) / 20;
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / 20;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 5);
    const positives = Array.from({ length: 20 }, (_, i) => classOf(train!.targetOf!(i)));
    // Half of the ten: where test data has half a sample too many, validation data has it too few.
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

describe("what a table's training data does not tell", () => {
  const train = { table: put("n.csv", "x,c,y\n1,u,a\nNA,v,b\n3,u,a\n"), target: "y" };

  it("is noted: missing cells and new categories", async () => {
    const test = { table: put("m.csv", "x,c,y\n?,w,a\n2,,b\n,u,a\n"), target: "y" };
    const opened = (await openSplits({ train, test }, context, ["test"])).test!;
    expect(await field(opened, 0, "x")).toEqual([0, 0, 0]);
    expect(opened.notes?.()).toEqual([
      {
        text: '2 cells without a number are filled in with the mean of the training data: 2 in "x"',
        count: 2,
        examples: ["1", "3"],
      },
      {
        text: '1 cell without a category is encoded as zeros in every category: 1 in "c"',
        count: 1,
        examples: ["2"],
      },
      {
        text: '1 cell with a category that the training data does not have is encoded as zeros in every category: 1 in "c"; "w" in row 1, for one',
        count: 1,
        examples: ["1"],
      },
    ]);
  });

  it("is an error where there is no training data", async () => {
    const test = { ...train, ignore: ["c"], standardise: false };
    await expect(openSplits({ test }, context, ["test"])).rejects.toThrow(
      'DATA_FIT at row 2 of n.csv: "x" has no number; such cells are filled in with the mean of training data',
    );
  });

  it("is an error where a word stands for a number, and where a column is empty", async () => {
    const test = { table: put("w.csv", "x,c,y\n2,u,a\ntwo,u,b\n"), target: "y" };
    await expect(openSplits({ train, test }, context, ["test"])).rejects.toThrow(
      'DATA_COLUMN at "x" in row 2 of w.csv: the cell is no number, and the column is one of numbers in the training data',
    );
    const empty = { table: put("v.csv", "x,c,y\n,u,a\n,u,b\n"), target: "y" };
    await expect(openSplits({ train: empty }, context, ["train"])).rejects.toThrow('DATA_EMPTY at "x" in v.csv:');
  });

  it.each([
    [{ encoding: "index" }, "DATA_FIT at data.test.encoding: it is not that of `data.train`"],
    [{ standardise: false }, "data.test.standardise"],
    [{ target: "x" }, "data.test.target"],
    [
      { categorical: ["x"] },
      "data.test.categorical: it is not that of `data.train`, by which every split is encoded (expected nothing, got x)",
    ],
  ] as const)("cannot be told by the test data: %o", async (roles, message) => {
    const test = { ...train, ...roles };
    await expect(openSplits({ train, test }, context, ["test"])).rejects.toThrow(message);
    const same = { ...train, encoding: "onehot", standardise: true } as const;
    await openSplits({ train, test: same }, context, ["test"]);
  });
});

describe("a share that leaves a split no sample", () => {
  it.each<[string, SourceSpec]>([
    ["a table", { table: put("few.csv", "x,y\n1,a\n2,b\n3,a\n"), target: "y" }],
    ["other data", { generated: "glyphs", samples: 3, seed: 1 }],
  ])("is an error: %s", async (_, train) => {
    const split = { validation: 0, test: 0.001, stratify: true, seed: 0 };
    await expect(openSplits({ train, split }, context, ["test"])).rejects.toThrow(
      "DATA_SPLIT at data.split.test: the share is too small: it has no sample (got 0.001 of 3 samples). Take a larger share, or add `data.test`.",
    );
    await expect(openSplits({ train, split: { ...split, test: 0.95 } }, context, ["train"])).rejects.toThrow(
      "DATA_SPLIT at data.split: the shares leave no sample to train on (got 0.05 of 3 samples).",
    );
  });
});

describe("other data", () => {
  it("is cut by share, stratified; a split with a source of its own takes none", async () => {
    const glyphs = { generated: "glyphs", samples: 100, seed: 1 };
    const wanted = ["train", "validation", "test"] as const;
    const cut = await openSplits({ train: glyphs, split: shares }, context, wanted);
    // Two or three of every class of ten.
    expect([cut.train!.length, cut.validation!.length, cut.test!.length]).toEqual([50, 25, 25]);
    const own = await openSplits({ train: glyphs, test: glyphs, split: shares }, context, wanted);
    expect([own.train!.length, own.test!.length, own.test!.name]).toEqual([75, 100, "glyphs/test"]);
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
    expect(await field(test, 0, "ids")).toEqual([0, 1, 2, 0]);
  });
});

describe("the characters of the test text itself", () => {
  const language = { tokenizer: "characters", length: 4, range: [0, 1] } as const;
  const notes = async (data: Parameters<typeof openSplits>[0]) =>
    (await openSplits(data, context, ["test"])).test!.notes?.().map(({ text }) => text) ?? [];
  const note =
    "the ids of characters are their ranks among those of the test text itself: " +
    "give `vocabulary` or `data.train`, the text that the model was trained on";

  it("as vocabulary are noted", async () => {
    const test = { ...language, language: put("own.txt", "abcab") };
    const other = put("other.txt", "abcdef");
    expect(await notes({ test })).toEqual([note]);
    expect(await notes({ test: { ...test, vocabulary: other } })).toEqual([]);
    expect(await notes({ test: { ...test, range: [0.4, 1] } })).toEqual([]);
    expect(await notes({ test, train: { ...language, language: other } })).toEqual([]);
    const rows = { column: "t", columns: ["t"], tokenizer: "characters", "max-length": 4 };
    expect(await notes({ test: { ...rows, text: put("own.tsv", "abc\n") } })).toEqual([
      note.replace("`vocabulary` or ", ""),
    ]);
  });

  it("are those of the training source, or of its vocabulary", async () => {
    put("all.txt", "abcdef");
    const train = { ...language, language: put("some.txt", "abc"), vocabulary: "all.txt" };
    const { test } = await openSplits({ train, test: { ...language, language: put("f.txt", "fed") } }, context, [
      "test",
    ]);
    expect(await field(test, 0, "ids")).toEqual([5, 4, 0, 0]);
  });
});

describe("groups of data that is no table stay whole", () => {
  const split = { ...shares, validation: 0 };

  /** The group of every sample of train and of test. */
  async function groupsOf(train: SourceSpec, groupOf: (id: string) => string) {
    const opened = await openSplits({ train, split }, context, ["train", "test"]);
    const ids = async (dataset: Dataset) =>
      Promise.all(Array.from({ length: dataset.length }, async (_, i) => (await dataset.sample(i)).id));
    const of = async (dataset: Dataset) => new Set((await ids(dataset)).map(groupOf));
    return [await of(opened.train!), await of(opened.test!)] as const;
  }

  function expectApart([train, test]: readonly [Set<string>, Set<string>], groups: number) {
    expect([...train].filter((group) => test.has(group))).toEqual([]);
    expect(train.size + test.size).toBe(groups);
    expect(test.size).toBeGreaterThan(0);
  }

  it("by a folder of their paths, or by a part of their names", async () => {
    const { default: sharp } = await import("sharp");
    const image = { create: { width: 1, height: 1, channels: 3 as const, background: "red" } };
    const pixel = await sharp(image).png().toBuffer();
    for (let i = 0; i < 24; i++) {
      const folder = join(root, "pictures", i % 2 === 0 ? "cat" : "dog", `p${i >> 2}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${i >> 2}-${i}.png`), pixel);
    }
    const source = { images: "pictures", classes: "folder", corrupt: "fail" } as const;
    const person = (id: string) => id.split("/")[1]!.slice(1);
    expectApart(await groupsOf({ ...source, group: 2 }, person), 6);
    expectApart(await groupsOf({ ...source, group: "/(\\d+)-" }, person), 6);
    await expect(groupsOf({ ...source, group: 3 }, person)).rejects.toThrow(
      "DATA_GROUP at cat/p0/0-0.png: the file belongs to no group (expected a path with 3 folders).",
    );
  });

  it("by an array", async () => {
    const npy = (name: string, values: readonly number[]) => {
      const header = `${`{'descr': '<i4', 'fortran_order': False, 'shape': (${values.length},), }`.padEnd(117)}\n`;
      const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
      const data = Buffer.from(Int32Array.from(values).buffer);
      writeFileSync(join(root, name), Buffer.concat([head, Buffer.from(header), data]));
      return name;
    };
    const count = Array.from({ length: 30 }, (_, i) => i);
    const source = {
      arrays: { x: npy("x.npy", count) },
      target: npy(
        "y.npy",
        count.map((i) => i % 2),
      ),
      group: npy(
        "g.npy",
        count.map((i) => i % 6),
      ),
    };
    expectApart(await groupsOf(source, (id) => `${Number(id) % 6}`), 6);
  });

  it("by a column beside the text", async () => {
    put("g.tsv", Array.from({ length: 30 }, (_, i) => `word\t${i % 2 ? "yes" : "no"}\ta${i % 5}\n`).join(""));
    const source = { text: "g.tsv", columns: ["t", "y", "g"], column: "t", target: "y", group: "g" };
    const author = (id: string) => `${(Number(id) - 1) % 5}`;
    expectApart(await groupsOf({ ...source, tokenizer: "characters", "max-length": 4 }, author), 5);
  });
});

describe("what is no file of its kind", () => {
  const language = { tokenizer: "characters", length: 4, range: [0, 1] } as const;
  const text = { columns: ["t"], column: "t", tokenizer: "characters", "max-length": 4 };
  it.each<[string, () => SourceSpec, string]>([
    ["a folder of tables", () => ({ table: ".", target: "y" }), "DATA_FILE at"],
    ["a folder of text", () => ({ ...language, language: "." }), "this is a folder (expected a file)."],
    ["a folder of arrays", () => ({ arrays: { x: "." } }), "this is a folder (expected a file)."],
    ["text without characters", () => ({ ...language, language: put("l1.txt", "") }), "DATA_EMPTY at l1.txt"],
    [
      "no tokenizer",
      () => ({ ...text, text: put("w.tsv", "a\n"), tokenizer: "absent.json" }),
      "absent.json: there is no such file, which `data.test.tokenizer` names.",
    ],
    ["an empty table", () => ({ ...text, text: put("none.tsv", "") }), "none.tsv: the table has no rows."],
  ])("%s", async (_, source, message) => {
    await expect(openSplits({ test: source() }, context, ["test"])).rejects.toThrow(message);
  });

  it("text in another encoding", async () => {
    writeFileSync(join(root, "latin1.txt"), Buffer.of(0x63, 0x61, 0x66, 0xe9));
    const test = { ...language, language: "latin1.txt" };
    await expect(openSplits({ test }, context, ["test"])).rejects.toThrow("latin1.txt: this is no text in UTF-8.");
  });
});
