import type { Dataset } from "@pare/data";
import { describe, expect, it } from "vitest";
import { duplicateNotes, sampleNotes } from "./data-notes.ts";

const dataset: Dataset = {
  name: "d",
  length: 9,
  classes: [],
  fields: [],
  sample: () => ({ id: "", fields: new Map(), target: undefined }),
  digest: async () => "d",
};
const pictures = { images: "p", classes: "folder", corrupt: "fail" } as const;
const others = { ...pictures, images: "q" };
const split = { validation: 0.1, test: 0.25, stratify: true, seed: 0 };

describe("samples", () => {
  it("that were left out are counted, the first named", () => {
    const skipped = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id, reason: "damaged" }));
    expect(sampleNotes({}, "test", { ...dataset, skipped })).toEqual([
      {
        kind: "skipped",
        text: "6 files were left out because they cannot be decoded: a, b, c, d, e, \u2026",
        count: 6,
        examples: ["a", "b", "c", "d", "e"],
      },
    ]);
    expect(sampleNotes({}, "test", { ...dataset, skipped: [] })).toEqual([]);
  });

  it("say themselves how they were made", () => {
    const note = { text: "2 cells are filled in", count: 2, examples: ["3"] };
    expect(sampleNotes({}, "test", { ...dataset, notes: () => [note] })).toEqual([{ kind: "input", ...note }]);
  });

  it("of the training data are seen data", () => {
    const text = (data: Parameters<typeof sampleNotes>[0], name: "validation" | "test") =>
      sampleNotes(data, name, dataset).map((note) => note.text);
    const seen = "seen data, if the original was trained on all of it: this is";
    expect(text({ train: pictures, split }, "test")).toEqual([`${seen} 25 % of the training data`]);
    expect(text({ train: pictures, split }, "validation")).toEqual([`${seen} 10 % of the training data`]);
    expect(text({ train: pictures, test: { ...pictures } }, "test")).toEqual([`${seen} the training data itself`]);
    expect(text({ train: pictures, test: others, split }, "test")).toEqual([]);
    expect(text({ test: pictures }, "test")).toEqual([]);
  });

  it("that another split has too are named from this split's side", () => {
    const shared = [
      {
        splits: ["train", "test"] as const,
        count: 2,
        samples: [2, 2] as const,
        examples: [["t1", "e1"] as const, ["t2", "e2"] as const],
      },
      {
        splits: ["train", "validation"] as const,
        count: 1,
        samples: [1, 1] as const,
        examples: [["t9", "v9"] as const],
      },
    ];
    expect(duplicateNotes(shared, "test")).toEqual([
      {
        kind: "duplicates",
        text: '2 samples are also in the train data: test sample "e1" is train sample "t1", for one',
        count: 2,
        examples: ["e1", "e2"],
      },
    ]);
  });
});
