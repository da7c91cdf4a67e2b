import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numbers } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { classOf, type Sample } from "../dataset.ts";
import { readTable } from "../table/read-table.ts";
import { languageDataset } from "./language-dataset.ts";
import { textDataset } from "./text-dataset.ts";
import { characterTokenizer, huggingFaceTokenizer } from "./tokenizer.ts";

const root = mkdtempSync(join(tmpdir(), "pare-text-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return join(root, name);
}

const field = ({ fields }: Sample, name: string) => [...numbers(fields.get(name)!)];

/** Words of a tiny WordPiece vocabulary, as BERT's tokenizer has them. */
const wordPiece = JSON.stringify({
  version: "1.0",
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({ id, content, special: true })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, good: 4, film: 5, "##s": 6, bad: 7 },
  },
});

/** Whole words; "[UNK]" is not the first of them. */
const wordLevel = (unknown: string) =>
  JSON.stringify({
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", unk_token: unknown, vocab: { good: 0, "[UNK]": 1, film: 2 } },
  });

describe("tokenizers", () => {
  it("numbers characters by rank; one id more is for strangers", () => {
    const tokenizer = characterTokenizer("banana");
    expect(tokenizer.encode("nab?", { special: true })).toEqual([2, 0, 1, 3]);
    expect(tokenizer.padId).toBe(3);
  });

  it("reads a tokenizer.json, and keeps special tokens where text is cut", async () => {
    const tokenizer = await huggingFaceTokenizer(put("tokenizer.json", wordPiece));
    expect(tokenizer.encode("Good films, bad", { special: true })).toEqual([2, 4, 5, 6, 1, 7, 3]);
    expect(tokenizer.encode("Good films, bad", { special: true, limit: 4 })).toEqual([2, 4, 5, 3]);
    expect(tokenizer.encode("Good films", { special: false })).toEqual([4, 5, 6]);
    expect(tokenizer.padId).toBe(0);
  });

  it("gives words that the vocabulary does not have the id of the unknown word", async () => {
    const tokenizer = await huggingFaceTokenizer(put("words.json", wordLevel("[UNK]")));
    expect(tokenizer.encode("good new film", { special: true })).toEqual([0, 1, 2]);
  });

  it("refuses a word that has no id", async () => {
    const tokenizer = await huggingFaceTokenizer(put("no-unknown.json", wordLevel("<unk>")));
    expect(tokenizer.encode("good film", { special: true })).toEqual([0, 2]);
    expect(() => tokenizer.encode("good new film", { special: true })).toThrow(
      /^DATA_TOKENIZER at .*no-unknown\.json: the vocabulary does not have "new", and there is no token for unknown words\./,
    );
  });

  it("refuses another file", async () => {
    await expect(huggingFaceTokenizer(put("config.json", "{}"))).rejects.toThrow("DATA_TOKENIZER");
  });
});

describe("textDataset", () => {
  const open = async () =>
    textDataset({
      table: await readTable({ path: put("t.tsv", "good film\tyes\nbad\tno\n"), columns: ["text", "label"] }),
      column: "text",
      target: "label",
      tokenizer: await huggingFaceTokenizer(put("tokenizer.json", wordPiece)),
      maxLength: 6,
    });

  it("pads, masks and labels", async () => {
    const dataset = await open();
    const [first, second] = [await dataset.sample(0), await dataset.sample(1)];
    expect([field(first, "ids"), field(first, "mask"), classOf(first.target)]).toEqual([
      [2, 4, 5, 3, 0, 0],
      [1, 1, 1, 1, 0, 0],
      1,
    ]);
    expect([field(second, "ids"), field(second, "types"), classOf(second.target)]).toEqual([
      [2, 7, 3, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      0,
    ]);
  });
});

describe("characters that the vocabulary does not have", () => {
  it("are noted in labelled text, as far as it is read", async () => {
    const dataset = textDataset({
      table: await readTable({ path: put("s.tsv", "abc\tyes\nabz?z\tno\n"), columns: ["text", "label"] }),
      column: "text",
      target: "label",
      tokenizer: characterTokenizer("abc"),
      maxLength: 4,
    });
    expect(dataset.notes?.()).toEqual([
      {
        text: '2 characters are not in the vocabulary and got the id of padding, 3: "z" in row 2 of s.tsv, for one',
        count: 2,
        examples: ["2"],
      },
    ]);
  });

  it("are refused in raw text", () => {
    const raw = { name: "t.txt", text: "abc\naz", before: "a\n", tokenizer: characterTokenizer("abc\n"), length: 4 };
    expect(() => languageDataset(raw)).toThrow(
      'DATA_VOCABULARY at t.txt:3:2: the character "z" is not in the vocabulary. Give a text',
    );
  });
});

describe("languageDataset", () => {
  it("pairs every token with the next; the end is padded and not counted", async () => {
    const dataset = languageDataset({ name: "t", text: "abcabca", tokenizer: characterTokenizer("abc"), length: 4 });
    expect(dataset.length).toBe(2);
    const [first, second] = [await dataset.sample(0), await dataset.sample(1)];
    expect(field(first, "ids")).toEqual([0, 1, 2, 0]);
    expect(first.target).toEqual({ kind: "tokens", ids: Int32Array.of(1, 2, 0, 1), characters: 4 });
    expect(field(second, "ids")).toEqual([1, 2, 0, 0]);
    expect(second.target).toEqual({ kind: "tokens", ids: Int32Array.of(2, 0, -1, -1), characters: 2 });
  });

  it("counts the text's characters, not those that decoding gives", async () => {
    // Seven characters, one of them beyond 16 bits, in five tokens: 1.4 a token.
    const tokenizer = { padId: 0, fingerprint: "", encode: () => [1, 2, 3, 4, 5] };
    const dataset = languageDataset({ name: "t", text: "ab cd\u{1F600}e", tokenizer, length: 2 });
    const samples = [await dataset.sample(0), await dataset.sample(1)];
    expect(samples.map(({ target }) => target?.kind === "tokens" && target.characters)).toEqual([3, 3]);
  });

  it("refuses a text without two tokens", () => {
    const tokenizer = characterTokenizer("a");
    expect(() => languageDataset({ name: "t", text: "a", tokenizer, length: 4 })).toThrow("DATA_EMPTY at t");
  });
});
