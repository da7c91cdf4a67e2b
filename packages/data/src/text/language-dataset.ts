import { createHash } from "node:crypto";
import { checkIndex, type Dataset } from "../dataset.ts";
import { emptyTextError, strangeCharacterError } from "../errors.ts";
import { padded } from "./text-dataset.ts";
import type { TextTokenizer } from "./tokenizer.ts";

export interface RawText {
  readonly name: string;
  readonly text: string;
  readonly tokenizer: TextTokenizer;
  /** Tokens in a sample. */
  readonly length: number;
  /** Where the text begins in its file, for messages. Default: at the first character. */
  readonly before?: string;
  readonly notes?: Dataset["notes"];
}

/** Every vocabulary has it. Its targets are not counted. */
const padId = 0;

/**
 * Text for language models: one sample after the other, without overlap; the target of each token is the one after it.
 * The last sample may be shorter: it is padded, and the padding is not counted. Fields as in labelled text. Characters are
 * code points; those of all samples together are exact.
 * @throws DATA_EMPTY where there are not two tokens; DATA_VOCABULARY for a character that is not in the vocabulary
 */
export function languageDataset({ name, text, tokenizer, length: size, before = "", notes }: RawText): Dataset {
  checkCharacters(text, tokenizer, name, before);
  const tokens = tokenizer.encode(text, { special: false });
  if (tokens.length < 2) throw emptyTextError(name);
  const length = Math.ceil((tokens.length - 1) / size);
  // Decoding tokens does not give the text back in most vocabularies: each stands for its share of it.
  const perToken = [...text].length / tokens.length;
  const charactersTo = (token: number) => Math.round(token * perToken);
  return {
    name,
    length,
    classes: [],
    fields: ["ids", "mask", "types"],
    ...(notes && { notes }),
    sample(index) {
      checkIndex(name, index, length);
      const start = index * size;
      const ids = tokens.slice(start, Math.min(start + size, tokens.length - 1));
      const next = tokens.slice(start + 1, start + 1 + ids.length);
      const targets = Int32Array.from({ length: size }, (_, i) => next[i] ?? -1);
      return {
        id: `${start}`,
        fields: padded(ids, size, padId),
        target: { kind: "tokens", ids: targets, characters: charactersTo(start + next.length) - charactersTo(start) },
      };
    },
    digest: async () =>
      createHash("sha256")
        .update(JSON.stringify([tokenizer.fingerprint, size, padId]))
        .update(text)
        .digest("hex"),
  };
}

/** An id of its own would be none that the model can predict. */
function checkCharacters(text: string, tokenizer: TextTokenizer, name: string, before: string): void {
  const { has } = tokenizer;
  if (has === undefined) return;
  let at = 0;
  for (const character of text) {
    if (!has(character)) {
      const lines = `${before}${text.slice(0, at)}`.split("\n");
      throw strangeCharacterError(`${name}:${lines.length}:${[...lines.at(-1)!].length + 1}`, character);
    }
    at += character.length;
  }
}
