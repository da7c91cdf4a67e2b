import type { ArrayOptions } from "../arrays/array-dataset.ts";
import type { PathGroup } from "../images/path-group.ts";
import type { TableRoles } from "../table/encoder.ts";

/** A source of samples as a recipe states it, with every default: plain data. */
export type SourceSpec =
  | ImageSource
  | IdxSource
  | CifarSource
  | GeneratedSource
  | ArraySource
  | TableSource
  | TextSource
  | LanguageSource
  | ModuleSource;

export interface ImageSource {
  readonly images: string;
  /** "folder", "number", "none", or the path of a list of folders. */
  readonly classes: string;
  readonly corrupt: "fail" | "skip";
  readonly group?: PathGroup | undefined;
}

export interface IdxSource {
  readonly idx: string;
  readonly labels?: string | undefined;
}

export interface CifarSource {
  readonly cifar: readonly string[];
  readonly classes: 10 | 20 | 100;
}

export interface GeneratedSource {
  readonly generated: string;
  readonly samples: number;
  readonly seed: number;
}

export interface ArraySource extends ArrayOptions {}

interface Delimited {
  readonly header?: boolean | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly delimiter?: string | undefined;
}

export interface TableSource extends Delimited, TableRoles {
  readonly table: string;
}

export interface TextSource extends Delimited {
  readonly text: string;
  /** Column of the text. */
  readonly column: string;
  readonly target?: string | undefined;
  /** Column of what belongs together. */
  readonly group?: string | undefined;
  /** "characters", or the path of a tokenizer.json. */
  readonly tokenizer: string;
  readonly "max-length": number;
}

export interface LanguageSource {
  readonly language: string;
  /** As for labelled text. */
  readonly tokenizer: string;
  /** Path of a text whose characters are the vocabulary. */
  readonly vocabulary?: string | undefined;
  /** Tokens in a sample. */
  readonly length: number;
  /** Which part of the text, as shares of its characters. */
  readonly range: readonly [from: number, to: number];
}

export interface ModuleSource {
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
}
