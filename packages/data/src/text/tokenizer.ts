import { readFileSync } from "node:fs";
import { tokenizerError, unknownTokenError } from "../errors.ts";
import { fileStat } from "../files/file-set.ts";

export interface TextTokenizer {
  /** With the tokenizer's own special tokens where `special` says so; at most `limit` in all. */
  encode(text: string, options: { readonly special: boolean; readonly limit?: number }): readonly number[];
  /** What padding is filled with. */
  readonly padId: number;
  /** Names the vocabulary and rules. */
  readonly fingerprint: unknown;
  /** Where every character is a token: whether the vocabulary has it. */
  has?(character: string): boolean;
}

/** A character's id is its rank among `vocabulary`'s distinct characters; one id more is for padding and strangers. */
export function characterTokenizer(vocabulary: string): TextTokenizer {
  const characters = [...new Set(vocabulary)].sort();
  const ids = new Map(characters.map((character, id) => [character, id]));
  const other = characters.length;
  return {
    padId: other,
    fingerprint: ["characters", characters.join("")],
    has: (character) => ids.has(character),
    encode: (text, { limit = Number.POSITIVE_INFINITY }) => {
      const out: number[] = [];
      for (const character of text) {
        if (out.length >= limit) break;
        out.push(ids.get(character) ?? other);
      }
      return out;
    },
  };
}

/**
 * A Hugging Face `tokenizer.json`. Special tokens survive where text is cut. `encode` throws DATA_TOKENIZER for a word that
 * has no id, where there is no token for such words.
 * @throws DATA_TOKENIZER; DATA_MISSING, DATA_FILE
 */
export async function huggingFaceTokenizer(path: string): Promise<TextTokenizer> {
  const settings = readSettings(path);
  const { Tokenizer } = await import("@huggingface/tokenizers");
  let tokenizer: InstanceType<typeof Tokenizer>;
  try {
    // Some kinds of model look for the token of unknown words here, and not in their own settings.
    tokenizer = new Tokenizer(settings, { unk_token: valueAt(valueAt(settings, "model"), "unk_token") });
  } catch (cause) {
    throw tokenizerError(path, cause);
  }
  const ids = (text: string, special: boolean) => {
    const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: special });
    const unknown = ids.findIndex((id: number | undefined) => !Number.isInteger(id));
    if (unknown !== -1) throw unknownTokenError(path, tokens[unknown] ?? "");
    return ids;
  };
  return {
    padId: padIdOf(settings),
    fingerprint: ["tokenizer", settings],
    encode(text, { special, limit = Number.POSITIVE_INFINITY }) {
      const whole = ids(text, special);
      if (whole.length <= limit) return whole;
      if (!special) return whole.slice(0, limit);
      const body = ids(text, false);
      const start = placeOf(body, whole);
      const room = Math.max(0, limit - (whole.length - body.length));
      return [...whole.slice(0, start), ...body.slice(0, room), ...whole.slice(start + body.length)].slice(0, limit);
    },
  };
}

/** Where the text's own tokens begin among the special ones. */
function placeOf(body: readonly number[], whole: readonly number[]): number {
  for (let start = 0; start + body.length <= whole.length; start++)
    if (body.every((id, i) => whole[start + i] === id)) return start;
  return 0;
}

function readSettings(path: string): object {
  fileStat(path);
  try {
    const settings: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof settings === "object" && settings !== null && "model" in settings) return settings;
  } catch (cause) {
    throw tokenizerError(path, cause);
  }
  throw tokenizerError(path, new Error("it has no model"));
}

/** `padding.pad_id`; else the id of a special token that is called a pad; else 0. */
function padIdOf(settings: object): number {
  const stated = valueAt(valueAt(settings, "padding"), "pad_id");
  if (typeof stated === "number") return stated;
  const added = valueAt(settings, "added_tokens");
  const pad = Array.isArray(added)
    ? added.find((token) => /^[<[]?\|?pad\|?[>\]]?$/i.test(String(valueAt(token, "content"))))
    : 0;
  return Number(valueAt(pad, "id") ?? 0);
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
