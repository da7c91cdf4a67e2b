import { textSyntaxError } from "../errors.ts";

const blank = /(?:\s|#[^\n]*)*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const dotted = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const number = /[-+]?(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y;
const quoted = /"(?:[^"\\]|\\.)*"/y;
const dim = /(?:`[^`]*`|[^`,\]])+/y;

/** Reads tokens from a text from left to right; skips blanks and `#` comments before each. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    this.#match(blank);
    return this.#at >= this.#text.length;
  }

  /** Takes `token` if it comes next. */
  accept(token: string): boolean {
    this.#match(blank);
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw this.error(`expected "${token}"`);
  }

  comesNext(token: string): boolean {
    this.#match(blank);
    return this.#text.startsWith(token, this.#at);
  }

  word(): string {
    return this.#token(word, "a word");
  }

  dotted(): string {
    return this.#token(dotted, "an operator");
  }

  number(): string {
    return this.#token(number, "a number");
  }

  /** The text of one dimension, blanks around it removed. */
  dim(): string {
    return this.#token(dim, "a dimension").trim();
  }

  isString(): boolean {
    return this.comesNext('"');
  }

  string(): string {
    return JSON.parse(this.#token(quoted, "a string")) as string;
  }

  isName(): boolean {
    this.#match(blank);
    return /["A-Za-z_]/.test(this.#text[this.#at] ?? "");
  }

  /** A value's or graph's name: a word, or any text in quotes. */
  name(): string {
    return this.isString() ? this.string() : this.word();
  }

  /** Items between `open` and `close`, separated by commas. */
  list<T>(open: string, close: string, item: () => T): T[] {
    const items: T[] = [];
    this.expect(open);
    while (!this.accept(close)) {
      if (items.length > 0) {
        this.expect(",");
        if (this.accept(close)) break;
      }
      items.push(item());
    }
    return items;
  }

  /** A position to come back to with `restore`. */
  save(): number {
    return this.#at;
  }

  restore(position: number): void {
    this.#at = position;
  }

  error(problem: string): Error {
    const before = this.#text.slice(0, this.#at).split("\n");
    const near = this.#text.slice(this.#at, this.#at + 20).split("\n")[0];
    return textSyntaxError(before.length, before.at(-1)!.length + 1, `${problem} before "${near}"`);
  }

  #token(pattern: RegExp, what: string): string {
    this.#match(blank);
    const found = this.#match(pattern);
    if (found === undefined) throw this.error(`expected ${what}`);
    return found;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}
